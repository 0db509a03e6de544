/** An engine of containers that nobody closes: prints what its names begin with, and waits for its end. */
import { CONTAINER_IMAGES, ContainerEngine } from '../containers';

async function main(): Promise<void> {
  const engine = await ContainerEngine.start();
  await engine.must(['podman', 'run', '--detach', CONTAINER_IMAGES.programs, '/programs/relay.js']);
  process.stdout.write(`${engine.prefix}\n`);
}

void main();
