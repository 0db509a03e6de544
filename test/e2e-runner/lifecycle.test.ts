import type { ContainerState } from '../e2e/runner/lifecycle';
import { stopsAfter, verdict } from '../e2e/runner/lifecycle';
import type { DependencyCondition } from '../../programs/emulator/template/system';

const PENDING: ContainerState = { status: 'PENDING', health: 'UNKNOWN' };
const RUNNING: ContainerState = { status: 'RUNNING', health: 'UNKNOWN' };
const exited = (exitCode: number): ContainerState => ({ status: 'STOPPED', health: 'UNKNOWN', exitCode });

describe('a container that depends on another', () => {
  test.each<[DependencyCondition, string, ContainerState, 'start' | 'wait' | 'never']>([
    ['START', 'is pending', PENDING, 'wait'],
    ['START', 'runs', RUNNING, 'start'],
    ['HEALTHY', 'has no verdict yet', RUNNING, 'wait'],
    ['HEALTHY', 'is healthy', { ...RUNNING, health: 'HEALTHY' }, 'start'],
    ['HEALTHY', 'is unhealthy', { ...RUNNING, health: 'UNHEALTHY' }, 'never'],
    ['HEALTHY', 'is gone', exited(0), 'never'],
    ['SUCCESS', 'runs', RUNNING, 'wait'],
    ['SUCCESS', 'ended well', exited(0), 'start'],
    ['SUCCESS', 'failed', exited(1), 'never'],
    ['COMPLETE', 'failed', exited(1), 'start'],
  ])('%s: where that one %s', (condition, _, state, expected) => {
    expect(verdict({ name: 'app', dependsOn: [{ container: 'other', condition }] }, new Map([['other', state]])).kind).toBe(expected);
  });

  test('is stopped before it', () => {
    const app = { name: 'app', dependsOn: [{ container: 'envoy', condition: 'HEALTHY' as const }] };
    const envoy = { name: 'envoy', dependsOn: [] };
    expect(stopsAfter(envoy, [app, envoy])).toEqual(['app']);
    expect(stopsAfter(app, [app, envoy])).toEqual([]);
  });
});
