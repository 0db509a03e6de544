import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_VARIABLE } from '../../lib/core/contract/client';
import type * as certificate from '../client/certificate';
import { parseArguments, type Command, type Result } from './command';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, Trouble } from './trouble';

export const CERTIFICATE: Command = {
  name: 'certificate',
  summary: 'Writes the certificate of a caller outside of the mesh as PEM files.',
  description:
    'Gets a certificate for a caller outside of the mesh, whose IAM role proves its identity by AWS KMS, and writes it into a ' +
    'directory: ca.pem, certificate.pem, key.pem, and identity.pem, which is certificate.pem and key.pem in one file. The files with ' +
    'the key are for their owner alone. Each file is replaced at once. The credentials of the role are found as by all SDKs of AWS.',
  synopsis: ['certificate <directory>', '[--configuration <value>]', '[--watch]'],
  options: [
    { name: 'directory', completion: 'files', text: 'Where the files are written. It is made if it is not there, for its owner alone.' },
    {
      name: 'configuration',
      value: true,
      text:
        "What client('<name>').configuration of the Microservices is, or file:// and the path of a file that has it. The default is the " +
        `environment variable ${CLIENT_VARIABLE}.`,
    },
    {
      name: 'watch',
      text:
        'Stays, and replaces the files when the certificate is old or the authorities have changed. It ends where it gets no first ' +
        'certificate.',
    },
  ],
  examples: [
    ['The files of a batch job, once:', `npx ${PROGRAM} certificate /run/mesh-client`],
    ['On a host, as long as it runs:', `npx ${PROGRAM} certificate /run/mesh-client --configuration file://client.json --watch`],
  ],
  exitCodes: [
    ['0', 'The files were written.'],
    ['2', 'The command failed.'],
  ],
  run: runCertificate,
};

/** The program for hosts, which brings what it needs of AWS's SDK. */
const PROGRAM_OF_CLIENTS = '../client/certificate.js';

async function runCertificate(args: readonly string[], { progress }: Terminal): Promise<Result> {
  const { argument: directory, values, flags } = parseArguments(CERTIFICATE, args);
  if (directory === undefined)
    throw new Trouble('certificate takes the directory of the files', {
      fix: `name one: npx ${PROGRAM} certificate <directory>`,
      question: { message: 'Where are the files to be written?', example: 'mesh-client' },
    });
  const configuration = configurationOf(values['configuration']);
  const { keepCertificate } = (await import(join(__dirname, PROGRAM_OF_CLIENTS))) as typeof certificate;
  const watch = flags.has('watch');
  const done = watch ? undefined : progress('getting a certificate');
  try {
    await keepCertificate({ ...configuration, directory, watch });
    done?.();
  } catch (error) {
    done?.();
    const { message } = error instanceof Error ? error : new Error(String(error));
    throw new Trouble(`there is no certificate: ${message}`, {
      fix: "run it in the role that clients names, with the client's configuration, where AWS KMS and AWS Lambda can be reached",
    });
  }
  return { output: '', exitCode: 0 };
}

function configurationOf(option: string | undefined): { readonly configuration: string; readonly place: string } {
  if (option?.startsWith('file://') === true) {
    const path = option.slice('file://'.length);
    try {
      return { configuration: readFileSync(path, 'utf8'), place: path };
    } catch (error) {
      throw new Trouble(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
        fix: "write client('<name>').configuration of the Microservices into it",
      });
    }
  }
  if (option !== undefined) return { configuration: option, place: '--configuration' };
  const text = process.env[CLIENT_VARIABLE];
  if (text !== undefined && text !== '') return { configuration: text, place: `the environment variable ${CLIENT_VARIABLE}` };
  throw new Trouble(`the environment variable ${CLIENT_VARIABLE} is missing`, {
    fix: "set it to client('<name>').configuration of the Microservices, or give that with --configuration",
  });
}
