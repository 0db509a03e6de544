import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Statement } from '../../programs/emulator/aws/policy';
import type { Principal } from '../../programs/emulator/aws/principal';
import { FileSystems } from '../e2e/runner/file-systems';
import type { AccessPointModel, FileSystemModel } from '../../programs/emulator/template/system';

const PLACE = 'eu-west-1:123456789012';
const ARN = `arn:aws:elasticfilesystem:${PLACE}`;
const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const notes: AccessPointModel = {
  id: 'fsap-1',
  arn: `${ARN}:access-point/fsap-1`,
  fileSystem: 'fs-1',
  directory: '/teams/notes',
  creation: { uid, gid, mode: 0o750 },
  uid,
};
const volume: FileSystemModel = { volume: 'files', fileSystem: 'fs-1', directory: '/', accessPoint: 'fsap-1', byRole: true };
const task = (actions: readonly string[], accessPoint = notes.arn): Principal => {
  const statement: Statement = {
    Effect: 'Allow',
    Action: actions.map((action) => `elasticfilesystem:${action}`),
    Resource: `${ARN}:file-system/fs-1`,
    Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': accessPoint } },
  };
  return { name: 'orders-1', statements: () => [statement], tags: () => ({}) };
};
const writer = task(['ClientMount', 'ClientWrite']);

describe('file systems of Amazon EFS', () => {
  let directory: string;
  let fileSystems: FileSystems;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'file-systems-'));
    fileSystems = new FileSystems({ directory, place: PLACE });
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test('all tasks that mount one have the same directory, which the access point makes as it says', () => {
    const [one, two] = [writer, task(['ClientMount'])].map((each) => fileSystems.mount(volume, [notes], each));
    expect([one, two]).toEqual([
      { source: join(directory, 'fs-1/teams/notes'), readOnly: false, uid },
      { source: one?.source, readOnly: true, uid },
    ]);
    expect(statSync(one?.source ?? '').mode & 0o777).toBe(0o750);
  });

  test('without an access point it is mounted where the task definition says', () => {
    const all: FileSystemModel = { volume: 'files', fileSystem: 'fs-1', directory: '/', byRole: false };
    const { source, readOnly } = fileSystems.mount(all, [], task([]));
    fileSystems.mount(volume, [notes], writer);
    writeFileSync(join(source, 'teams/notes/file'), '');
    expect(readOnly).toBe(false);
    expect(fileSystems.mount({ ...all, directory: '/teams' }, [], task([])).source).toBe(join(source, 'teams'));
  });

  test.each<[string, FileSystemModel, readonly AccessPointModel[], Principal, RegExp]>([
    ['the role may not mount it', volume, [notes], task(['ClientWrite']), /ResourceInitializationError: .* access denied by server/],
    ['the role may mount by another access point', volume, [notes], task(['ClientMount'], `${notes.arn}2`), /access denied by server/],
    ['the access point is of another file system', volume, [{ ...notes, fileSystem: 'fs-2' }], writer, /fsap-1 is not of fs-1/],
    ['nobody makes the directory', { volume: 'files', fileSystem: 'fs-1', directory: '/a', byRole: false }, [], writer, /there is no \/a$/],
  ])('fails if %s', (_, mounted, accessPoints, by, message) => {
    expect(() => fileSystems.mount(mounted, accessPoints, by)).toThrow(message);
  });
});
