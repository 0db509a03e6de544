import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { healthyTasks } from '../../emulator/aws/cloud-map';
import type { Behind } from '../edges/edges';
import { Edges } from '../edges/edges';
import { IssuerServer } from '../edges/issuer-server';
import type { IssuerIdentities, LocalIssuers } from '../local-system';
import { controlServer } from './control-server';
import { DeployedSystem } from './deployed-system';
import { Leases } from './leases';
import type { Log } from '../log';
import { SystemFile } from './system-file';
import { taskServer } from './task-server';

export interface LocalAwsOptions {
  /** The file that says what the system is. */
  readonly systemFile: string;
  /** Where the CDK's framework for custom resources is. @default - in the package aws-cdk-lib */
  readonly frameworkDirectory?: string;
  /** For tasks. */
  readonly awsPort: number;
  /** For the host. */
  readonly controlPort: number;
  /** For gateway services that fetch keys of issuers. */
  readonly issuerPort: number;
  /** Where the holders of tasks answer what Envoy's admin interface does. */
  readonly adminPort: number;
  /** On which all of it listens. @default - on every address */
  readonly address?: string;
  readonly log: Log;
  /** How often the file is read, beside that its directory is watched. @default 1000 */
  readonly pollMs?: number;
}

/** The container `aws` of a local system: AWS as its tasks and its clients find it. */
export class LocalAws {
  readonly system: DeployedSystem;
  private readonly leases: Leases;
  private readonly edges: Edges;
  private readonly issuer: IssuerServer;
  private readonly directory: string;
  private readonly servers: readonly Server[];
  private readonly file: SystemFile;

  private constructor(options: LocalAwsOptions) {
    const { log, frameworkDirectory, adminPort } = options;
    this.system = new DeployedSystem(frameworkDirectory, log, async () => this.adopt());
    this.leases = new Leases(this.system, log);
    this.edges = new Edges(options.address, log);
    this.issuer = new IssuerServer(this.edges.issuer);
    this.directory = dirname(options.systemFile);
    this.servers = [
      taskServer(this.system, this.leases),
      controlServer({ system: this.system, leases: this.leases, edges: this.edges, adminPort }),
      this.issuer.server,
    ];
    this.file = new SystemFile(options.systemFile, this.system, options.pollMs);
  }

  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    const { awsPort, controlPort, issuerPort, address } = options;
    const started = new LocalAws(options);
    await Promise.all([awsPort, controlPort, issuerPort].map(async (port, index) => listening(started.servers[index], port, address)));
    options.log(`answers tasks on port ${awsPort} and the host on port ${controlPort}`);
    return started;
  }

  async close(): Promise<void> {
    this.file.close();
    this.leases.close();
    await this.edges.close();
    await Promise.all(this.servers.map(async (server) => closed(server)));
    this.system.close();
  }

  private async adopt(): Promise<void> {
    this.leases.adopt();
    const { system, template, values, place } = this.system;
    if (system?.issuers !== undefined) this.answerFor(system.issuers);
    if (system !== undefined && template !== undefined && place !== undefined)
      await this.edges.adopt(system.edges, {
        template,
        values,
        ...place,
        tasksOf: (service) => this.tasksOf(service),
        taskAt: (address) => this.taskAt(address),
      });
  }

  private answerFor({ file, urls }: LocalIssuers): void {
    this.issuer.take(JSON.parse(readFileSync(join(this.directory, file), 'utf8')) as IssuerIdentities, urls);
  }

  private taskAt(address: string): ReturnType<Behind['taskAt']> {
    const lease = this.leases.all.find((each) => each.address === address);
    return lease === undefined ? undefined : this.system.identity(lease.id);
  }

  private tasksOf(service: string): ReturnType<Behind['tasksOf']> {
    const { cloudMap, services } = this.system;
    const found = services.find(({ logicalId }) => logicalId === service);
    return cloudMap === undefined || found === undefined ? [] : healthyTasks(cloudMap, found.registries);
  }
}

async function listening(server: Server | undefined, port: number, address: string | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server?.once('error', reject);
    server?.listen({ port, ...(address !== undefined && { host: address }) }, resolve);
  });
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
