import type { Cluster, JsonObject } from './runner';
import { standIns } from './runner';
import { e2e } from './suite';
import { container, startOneTask } from './systems/one-task';

const FOREVER = 'exec sleep infinity';
const dependsOn = (dependencies: Readonly<Record<string, string>>): JsonObject => ({
  DependsOn: Object.entries(dependencies).map(([ContainerName, Condition]) => ({ ContainerName, Condition })),
});

e2e('a task in the runner lives as on ECS', () => {
  let running: Cluster | undefined;
  const start = async (...args: Parameters<typeof startOneTask>): Promise<Cluster> => (running = await startOneTask(...args));
  afterEach(async () => {
    await running?.close();
    expect(await running?.leftovers()).toEqual(running && []);
    running = undefined;
  });

  test('containers start when what they depend on has started, is healthy, succeeded or is over', async () => {
    const cluster = await start([
      container('app', FOREVER, dependsOn({ init: 'SUCCESS', try: 'COMPLETE', proxy: 'HEALTHY', helper: 'START' })),
      container('init', 'exit 0', { Essential: false }),
      container('try', 'exit 3', { Essential: false }),
      container('proxy', 'touch /tmp/ready; exec sleep infinity', { HealthCheck: { Command: ['CMD-SHELL', 'test -e /tmp/ready'] } }),
      container('helper', FOREVER, { Essential: false }),
    ]);
    const story = cluster.task('task').story();
    const app = story.indexOf('app STARTED');
    expect(app).toBeGreaterThan(
      Math.max(...['init EXITED', 'try EXITED', 'proxy HEALTHY', 'helper STARTED'].map((event) => story.indexOf(event))),
    );
    expect(story.at(-1)).toBe('task HEALTHY');
  });

  test('fails if a container that another one needs to succeed does not', async () => {
    await expect(
      start([container('app', FOREVER, dependsOn({ init: 'SUCCESS' })), container('init', 'exit 7', { Essential: false })]),
    ).rejects.toThrow('container "app" waits for "init" to be SUCCESS, but it exited with code 7');
  });

  test('fails if an essential container is unhealthy', async () => {
    await expect(
      start([container('app', FOREVER, { HealthCheck: { Command: ['CMD', 'false'], Interval: 5, Retries: 2 } })], [], {
        pace: { healthChecks: 0.02 },
      }),
    ).rejects.toThrow('essential container "app" failed its health checks');
  });

  const MISSING = '/nowhere/program';
  const withMissing = async (...containers: readonly JsonObject[]): Promise<string> =>
    start([container('app', FOREVER, dependsOn({ helper: 'START' })), ...containers], [], {
      images: [
        { image: 'example/missing', run: () => ({ argv: [MISSING, '--verbose'] }) },
        { image: 'example/text', run: () => ({ argv: ['/etc/passwd'] }) },
        standIns.script('example/script', ({ container: { command } }) => command[0] ?? ''),
      ],
      pace: { restarts: 0 },
    }).then(
      () => 'it started',
      (error: unknown) => String(error),
    );

  test.each([
    ['is missing', 'missing', MISSING, 'No such file or directory'],
    ['cannot be executed', 'text', '/etc/passwd', 'Permission denied'],
  ])('fails if the program of a container %s, at once and with the reason, essential or not, and restarts nothing', async (...given) => {
    const [, name, program, reason] = given;
    const broken = { Image: `example/${name}:1`, Essential: false, RestartPolicy: { Enabled: true, RestartAttemptPeriod: 60 } };
    const message = await withMissing(container('helper', '', broken));
    expect(message).toContain(
      `task task-1 stopped while it started: container "helper": its program ${program} could not be started: ${reason}`,
    );
    expect(message).toMatch(new RegExp(`task-1/helper: STOPPED, exit code 12[67]\\n +${program}`));
  });

  test('fails if the program of an init process is missing', async () => {
    const init = { Image: 'example/missing:1', LinuxParameters: { InitProcessEnabled: true } };
    expect(await withMissing(container('helper', '', init))).toContain(`container "helper": its program ${MISSING} could not be started`);
  });

  test('fails if an application exits at once: with its last words, and nobody waits for others to stop in good order', async () => {
    const stubborn = 'trap "" TERM; while true; do sleep 0.05; done';
    const message = await withMissing(
      container('helper', 'echo the port is taken >&2; exit 3'),
      container('other', stubborn, { StopTimeout: 3600 }),
    );
    expect(message).toContain('essential container "helper" exited (code 3)');
    expect(message).toContain('    | the port is taken');
  });

  test('fails if the program of a health check is missing, without a wait for its start period', async () => {
    const check = { Command: ['CMD', 'no-such-curl'], Interval: 300, Retries: 10, StartPeriod: 300 };
    await expect(start([container('app', FOREVER, { HealthCheck: check })])).rejects.toThrow(
      /essential container "app" failed its health checks: health check exited with 127: .*no-such-curl.*No such file or directory/,
    );
  });

  test('an essential container that exits takes the task with it, out of Cloud Map too', async () => {
    const cluster = await start([container('app', FOREVER), container('other', FOREVER)]);
    const task = cluster.task('task');
    expect(cluster.cloudMap.discoverable('task.tasks.internal').map(({ address }) => address)).toEqual([task.address]);
    task.container('app').crash();
    expect(await task.stopped()).toBe('essential container "app" exited (code 137)');
    expect(cluster.cloudMap.registered('task.tasks.internal')).toEqual([]);
    expect(task.story()).toContain('other SIGTERM');
  });

  test('a container with a restart policy is restarted in place', async () => {
    const cluster = await start(
      [
        container('app', FOREVER),
        container('helper', 'echo up; exec sleep infinity', {
          Essential: false,
          RestartPolicy: { Enabled: true, RestartAttemptPeriod: 60 },
        }),
      ],
      [],
      { pace: { restarts: 0 } },
    );
    const helper = cluster.task('task').container('helper');
    await helper.log.until(({ text }) => text === 'up');
    helper.crash();
    await helper.log.until(() => helper.log.lines.filter(({ text }) => text === 'up').length === 2);
    expect(helper.restartCount).toBe(1);
    expect(cluster.task('task').status).toBe('RUNNING');
  });

  test('containers stop in reverse order of their dependencies; one that ignores SIGTERM is killed when its time is over', async () => {
    const cluster = await start([
      container('proxy', 'trap "exit 0" TERM; echo up; while true; do sleep 0.05; done'),
      container('app', 'trap "" TERM; echo up; while true; do sleep 0.05; done', dependsOn({ proxy: 'START' })),
    ]);
    const task = cluster.task('task');
    await Promise.all(task.containers.map(async ({ log }) => log.until(({ text }) => text === 'up')));
    await task.stop();
    expect(task.story().filter((event) => /SIG|EXITED/.test(event))).toEqual([
      'app SIGTERM',
      'app SIGKILL',
      'app EXITED',
      'proxy SIGTERM',
      'proxy EXITED',
    ]);
  });

  test('containers have the user, the root and the volumes of the task definition, and share one network', async () => {
    const mounts = (path: string, readOnly: boolean): JsonObject => ({
      MountPoints: [{ SourceVolume: 'shared', ContainerPath: path, ReadOnly: readOnly }],
    });
    const cluster = await start(
      [
        container('writer', 'echo $(id -u) $PLACE; touch /etc/mine && rm /etc/mine; echo text > /out/file; exec sleep infinity', {
          User: '0',
          Environment: [{ Name: 'PLACE', Value: 'here' }],
          ...mounts('/out', false),
        }),
        container(
          'reader',
          'id -u; touch /tmp/x || echo root is read-only; touch /in/x || echo volume is read-only; until test -e ' +
            `/in/file; do sleep 0.05; done; cat /in/file; ${FOREVER}`,
          { ReadonlyRootFilesystem: true, ...mounts('/in', true) },
        ),
      ],
      ['shared'],
    );
    const task = cluster.task('task');
    await task.container('reader').log.until(({ text }) => text === 'text');
    expect(task.container('writer').log.lines.map(({ text }) => text)).toEqual(['0 here']);
    expect(
      task
        .container('reader')
        .log.lines.filter(({ stream }) => stream === 'stdout')
        .map(({ text }) => text),
    ).toEqual(['1000', 'root is read-only', 'volume is read-only', 'text']);
    const networks = await Promise.all(task.containers.map(async (one) => (await one.exec(['readlink', '/proc/self/ns/net'])).stdout));
    expect(new Set(networks).size).toBe(1);
  });
});
