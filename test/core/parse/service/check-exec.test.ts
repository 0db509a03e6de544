import type { Raw } from '../../../support/parsing';
import { image, mesh, service, topologyOf, ui } from '../../../support/parsing';

const pathsOf = (props: Raw): readonly string[] =>
  topologyOf(props)
    .warnings.filter((warning) => warning.id === 'exec-in-read-only-container')
    .map((warning) => warning.path);
const readonly = { readonlyRootFilesystem: true };

test('ECS Exec gives a warning for each container of the user that it cannot write into', () => {
  const extraContainers = { a: { image, ...readonly }, b: { image } };
  expect(pathsOf(ui({ enableExecuteCommand: true, ...readonly, extraContainers }))).toEqual([
    'services.ui.readonlyRootFilesystem',
    'services.ui.extraContainers.a.readonlyRootFilesystem',
  ]);
  expect(topologyOf(ui({ enableExecuteCommand: true, ...readonly })).warnings).toEqual([
    {
      id: 'exec-in-read-only-container',
      path: 'services.ui.readonlyRootFilesystem',
      message: 'enableExecuteCommand is on, but ECS Exec opens no shell in a container whose root file system is read-only',
    },
  ]);
});

test('it may be switched on for all services, and off for one', () => {
  expect(
    pathsOf(mesh({ a: service(readonly), b: service({ ...readonly, enableExecuteCommand: false }) }, { enableExecuteCommand: true })),
  ).toEqual(['services.a.readonlyRootFilesystem']);
});

test('there is no warning where either is off', () => {
  expect(pathsOf(ui({ enableExecuteCommand: true }))).toEqual([]);
  expect(pathsOf(ui(readonly))).toEqual([]);
});
