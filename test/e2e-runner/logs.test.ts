import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ContainerLog } from '../e2e/runner/logs';

describe('the log of a container', () => {
  test('has every line that was written before something else was heard of it', async () => {
    const log = new ContainerLog('app');
    const program = `
      const { writeSync } = require('node:fs');
      process.on('message', () => { writeSync(1, '{"path":"/"}\\n'); process.send('answered', () => process.disconnect()); });
      process.send('ready');`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    child.stdout?.on('data', (chunk: Buffer) => {
      log.write('stdout', chunk.toString());
    });
    await once(child, 'message');
    const answered = new Promise((resolve) => {
      // What answers may be read first; here it always is.
      child.stdout?.pause();
      child.once('message', resolve);
    });
    child.send('go on');
    await answered;
    expect(log.json()).toEqual([]);
    child.stdout?.resume();
    expect(await log.jsonSoFar()).toEqual([{ path: '/' }]);
    await once(child, 'close');
  });
});
