/** The program of the container `aws` of a local system. */
import { join } from 'node:path';
import { LocalAws } from './aws/local-aws';
import { AWS_PORT, CONTROL_PORT, FRAMEWORK_DIRECTORY, ISSUER_PORT, SYSTEM_DIRECTORY, SYSTEM_FILE, TASK_ADMIN_PORT } from './local-system';

const log = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function main(): Promise<void> {
  const aws = await LocalAws.start({
    systemFile: join(SYSTEM_DIRECTORY, SYSTEM_FILE),
    frameworkDirectory: FRAMEWORK_DIRECTORY,
    awsPort: AWS_PORT,
    controlPort: CONTROL_PORT,
    issuerPort: ISSUER_PORT,
    adminPort: TASK_ADMIN_PORT,
    log,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      void aws.close().then(() => process.exit(0));
    });
}

main().catch((error: unknown) => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
