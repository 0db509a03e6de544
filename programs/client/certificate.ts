/**
 * Gets the certificate of a client, writes it as PEM files, and keeps them new: `node certificate.js <directory> [--watch]`, with the
 * configuration in the environment variable `MESH_CLIENT`. One file without dependencies, for hosts and images that have no more; the
 * command `npx cdk-ecs-microservices certificate` calls what it exports.
 */
import { CLIENT_VARIABLE } from '../../lib/core/contract/client';
import { systemClock } from '../agent/clock';
import { failureOf, fieldsOf } from '../agent/failure';
import { jsonLog } from '../shared/log';
import { keepFiles } from './certificate-files';
import { readConfiguration } from './configuration';
import { HeldCertificate } from './held-certificate';
import { sourceOf } from './source';

const log = jsonLog((line) => process.stderr.write(`${line}\n`));

export interface CertificateOptions {
  /** The text that the handle of a client gives out. */
  readonly configuration: string;
  /** Where it comes from, for messages. */
  readonly place: string;
  readonly directory: string;
  readonly watch: boolean;
}

export async function keepCertificate({ configuration: text, place, directory, watch }: CertificateOptions): Promise<void> {
  const configuration = readConfiguration(text, place);
  const certificate = new HeldCertificate(configuration, sourceOf(configuration), systemClock);
  await keepFiles({ certificate, clock: systemClock, directory, watch, log });
}

async function main([directory, watch]: readonly string[]): Promise<void> {
  if (directory === undefined || (watch !== undefined && watch !== '--watch'))
    throw new Error(`usage: ${CLIENT_VARIABLE}=<configuration> node certificate.js <directory> [--watch]`);
  const place = `the environment variable ${CLIENT_VARIABLE}`;
  await keepCertificate({ configuration: process.env[CLIENT_VARIABLE] ?? '', place, directory, watch: watch !== undefined });
}

if (require.main === module)
  main(process.argv.slice(2)).catch((error: unknown) => {
    log.error('there is no certificate', fieldsOf(failureOf(error)));
    process.exitCode = 1;
  });
