import { Tracing, Volume } from '../../lib';
import type { ServiceProps } from '../../lib';
import { settled } from './mesh';
import type { ImageRule, Task } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const CATALOG = "require('node:http').createServer((_, answer) => answer.end('two books')).listen(8080);";

/** Calls another service through the mesh, until that is there, and leaves the answer to the application. */
const MAKE_INDEX = `
const make = async () => {
  const answer = await fetch('http://catalog.shop.internal:15080/');
  if (answer.status !== 200) throw new Error('catalog says ' + answer.status);
  require('node:fs').writeFileSync('/out/list', 'index of ' + (await answer.text()));
};
const again = () => make().catch(() => setTimeout(again, 200));
again();
`;

/** Has its index before it listens, or does not start. */
const SEARCH = `
const index = require('node:fs').readFileSync('/var/index/list', 'utf8');
require('node:http').createServer((_, answer) => answer.end(index)).listen(8080);
`;

const program = (name: string, text: string, user: string): ImageRule => ({
  image: `example/${name}`,
  run: () => ({ argv: [process.execPath, '-e', text], user }),
});

const images: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  program('catalog', CATALOG, '1000'),
  program('search', SEARCH, '1000'),
  // An empty volume belongs to root.
  program('make-index', MAKE_INDEX, '0'),
  program('fails', 'process.exit(1);', '0'),
];

const search = (first: string): ServiceProps => ({
  image: image('search'),
  port: 8080,
  calls: ['catalog'],
  volumes: { index: Volume.empty() },
  mountPoints: [{ sourceVolume: 'index', containerPath: '/var/index', readOnly: true }],
  extraContainers: {
    first: {
      image: image(first),
      runsBeforeApplication: true,
      mountPoints: [{ sourceVolume: 'index', containerPath: '/out', readOnly: false }],
    },
  },
});

e2e('a container that runs before the application', () => {
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: { catalog: { image: image('catalog'), port: 8080 }, search: search('make-index'), broken: search('fails') },
        tracing: Tracing.none(),
      }),
      { images, counts: { broken: 0 } },
    ),
  );
  const storyOf = (task: Task, ...subjects: readonly string[]): readonly string[] =>
    task.history.filter(({ subject }) => subjects.includes(subject)).map(({ subject, what }) => `${subject} ${what}`);

  test('calls another service through the mesh, and the application finds what it has written', async () => {
    await settled(running());
    const task = running().task('search');
    const answer = await task.client.get('http://127.0.0.1:8080/');
    expect(answer.body).toBe('index of two books');
    const story = task.story();
    const order = ['envoy HEALTHY', 'first STARTED', 'first EXITED', 'app STARTED', 'mesh-agent STARTED', 'task HEALTHY'];
    expect(story.filter((event) => order.includes(event))).toEqual(order);
  });

  test('is not in the way when the task stops: the agent first, then the application, then Envoy', async () => {
    const task = running().task('search');
    await running().scale('search', 0);
    const ends = storyOf(task, 'mesh-agent', 'first', 'app', 'envoy').filter((event) => /SIGTERM|EXITED/.test(event));
    expect(ends).toEqual([
      'first EXITED',
      'mesh-agent SIGTERM',
      'mesh-agent EXITED',
      'app SIGTERM',
      'app EXITED',
      'envoy SIGTERM',
      'envoy EXITED',
    ]);
  });

  test('fails if it exits with 1: the application does not start, and the task stops', async () => {
    await expect(running().scale('broken', 1)).rejects.toThrow(/task broken-\d+ stopped while it started: .*first/);
    expect(running().tasks('broken')).toEqual([]);
  });
});
