import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import type { AwsEmulator } from './emulator';
import { httpAnswer } from './emulator';
import type { LaunchType } from '../template/system';
import type { Principal } from './principal';
import { failed } from './service';

/** A task as the endpoint knows it, by its address. */
export interface TaskIdentity extends Principal {
  readonly arn: string;
  readonly cluster: string;
  readonly family: string;
  readonly launchType: LaunchType;
  /** Undefined where ECS does not say it. */
  readonly zone: string | undefined;
}

/** What ECS tells every container, and where the runner's AWS is. */
export function awsEnvironment(task: string, api: string, metadata: string): Readonly<Record<string, string>> {
  return {
    ECS_CONTAINER_METADATA_URI_V4: `http://${metadata}/v4/${task}`,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/v2/credentials/${task}`,
    AWS_ENDPOINT_URL: api,
  };
}

/**
 * What ECS tells every container of where it runs. "Currently neither the Agent or Control Plane explicitly set these parameters", the
 * Region, on EC2; its agents do since April 2026, and instances have older ones.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-environment-variables.html
 * https://github.com/aws/amazon-ecs-agent/pull/4946
 */
export function placeEnvironment(launchType: LaunchType, region: string): Readonly<Record<string, string>> {
  if (launchType === 'EC2') return { AWS_EXECUTION_ENV: 'AWS_ECS_EC2' };
  return { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** Who has sent a request; undefined if it is nobody's task. */
export type Caller = (request: IncomingMessage) => TaskIdentity | undefined;

/** What tasks are answered over HTTP: AWS's API, and task metadata. */
export class TaskAnswers {
  constructor(
    private readonly emulator: AwsEmulator,
    private readonly caller: Caller,
  ) {}

  async api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const task = this.caller(request);
    if (task === undefined) {
      response.writeHead(403).end();
      return;
    }
    const send = (answer: Parameters<typeof httpAnswer>[0]): void => {
      const { status, headers, body } = httpAnswer(answer);
      response.writeHead(status, headers).end(body);
    };
    try {
      request.setEncoding('utf8');
      const body = ((await request.toArray()) as readonly string[]).join('');
      const answer = await this.emulator.answer(task, { url: request.url ?? '/', headers: request.headers, body });
      if (answer === 'silent') return;
      if (answer === 'unreachable') request.socket.resetAndDestroy();
      else send(answer);
    } catch (error) {
      send(failed('InternalFailure', String(error), 500));
    }
  }

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html */
  metadata(request: IncomingMessage, response: ServerResponse): void {
    const task = this.caller(request);
    const answer =
      task === undefined
        ? undefined
        : {
            [`/v4/${task.name}/task`]: {
              Cluster: task.cluster,
              TaskARN: task.arn,
              Family: task.family,
              AvailabilityZone: task.zone,
              LaunchType: task.launchType,
            },
            [`/v2/credentials/${task.name}`]: {
              RoleArn: task.name,
              AccessKeyId: 'ASIATEST',
              SecretAccessKey: 'test',
              Token: 'test',
              Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
            },
          }[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  }
}

/**
 * AWS over HTTP, on sockets inside the VPC: the API on one, the metadata and credentials of tasks on the other. Who calls
 * is known by the address, which nobody in the VPC can fake.
 */
export class AwsEndpoint {
  private readonly servers;

  constructor(emulator: AwsEmulator, taskAt: (address: string) => TaskIdentity | undefined, api: Server, metadata: Server) {
    const answers = new TaskAnswers(emulator, (request) => taskAt(addressOf(request)));
    this.servers = [
      {
        socket: api,
        http: createServer((request, response) => {
          void answers.api(request, response);
        }),
      },
      {
        socket: metadata,
        http: createServer((request, response) => {
          answers.metadata(request, response);
        }),
      },
    ];
    for (const { socket, http } of this.servers) socket.on('connection', (connection) => http.emit('connection', connection));
  }

  close(): void {
    for (const { socket, http } of this.servers) {
      socket.close();
      http.closeAllConnections();
    }
  }
}

/** Where a request comes from. */
export function addressOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
