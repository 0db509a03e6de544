import { join } from 'node:path';
import { ContainerEngine } from './containers';
import { LocalCommand } from './local-command';
import type { ChatEvent } from './programs/chat-server';
import { e2e } from './suite';
import { synthesizeLocalChat } from './systems/local-chat';

e2e('a chat on a laptop', () => {
  let engine: ContainerEngine;
  let command: LocalCommand;

  beforeAll(async () => {
    engine = await ContainerEngine.start({ healthTimers: false });
    command = new LocalCommand(engine);
    synthesizeLocalChat(join(engine.directory, 'cdk.out'));
    const { code, stderr } = await command.run('--detach');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('edge default: ws://localhost:8080/prod') as string });
  });
  afterAll(async () => {
    await command.run('down');
    command.close();
    await engine.close();
    expect(await engine.leftovers()).toEqual([]);
  });

  /** What a client of the host gets: messages, or `closed` if it gets no connection. */
  const client = async (query: string, ...messages: readonly string[]): Promise<readonly string[]> => {
    const said = await engine.must([
      process.execPath,
      '-e',
      CLIENT,
      require.resolve('ws'),
      `ws://localhost:8080/prod${query}`,
      ...messages,
    ]);
    return said.trim().split('\n');
  };

  test('a message is answered, and the service sends to the connection by the URL that its headers name', async () => {
    const query = `?token=${await command.token('--subject', 'ann')}`;
    expect(await client(query, '{"action":"echo"}')).toEqual(['echo of {"action":"echo"}']);
    expect(await client(query, '{"action":"say","text":"hello"}')).toEqual(['{"action":"say","text":"hello"}']);
    const text = await engine.must(['podman', 'exec', 'chat-local-chat-1-app', 'node', '-e', EVENTS]);
    const events = JSON.parse(text) as readonly ChatEvent[];
    expect(events.find(({ path }) => path === '/say')).toMatchObject({
      sent: 200,
      headers: {
        'x-user-name': 'ann',
        'x-websocket-event': 'MESSAGE',
        'x-websocket-callback-url': 'http://aws:8080/prod',
      },
    });
    expect(events.map(({ path }) => path)).toEqual(expect.arrayContaining(['/websocket/connect', '/websocket/disconnect']));
  });

  test('the service has credentials for it, as SDKs look for them', async () => {
    const text = await engine.must(['podman', 'exec', 'chat-local-chat-1-app', 'node', '-e', CREDENTIALS]);
    expect(JSON.parse(text)).toMatchObject({ AccessKeyId: expect.any(String) as string, Token: expect.any(String) as string });
  });

  test('fails if a client has no token', async () => {
    expect(await client('', '{"action":"echo"}')).toEqual(['closed']);
  });
});

/** Says something, and prints as many messages as it has said. */
const CLIENT = `
const [ws, url, ...messages] = process.argv.slice(1);
const { WebSocket } = require(ws);
const socket = new WebSocket(url);
let left = messages.length;
socket.onopen = () => messages.forEach((each) => socket.send(each));
socket.onmessage = ({ data }) => {
  console.log(data);
  if ((left -= 1) === 0) socket.close();
};
socket.onerror = () => undefined;
socket.onclose = () => left > 0 && console.log('closed');
`;
const EVENTS = `fetch('http://127.0.0.1:8080/events').then(async (response) => console.log(await response.text()))`;
const CREDENTIALS = `fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI).then(async (response) => console.log(await response.text()))`;
