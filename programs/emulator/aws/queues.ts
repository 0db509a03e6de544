import { randomUUID } from 'node:crypto';
import type { Backend, Fields } from './service';
import { failed, succeeded } from './service';

interface Message {
  readonly id: string;
  readonly body: string;
  receipt: string;
  /** In flight until then. */
  visibleAt: number;
}

/** A queue of Amazon SQS. */
export class MessageQueue {
  /** Bodies of messages that were deleted, in this order. */
  readonly deleted: string[] = [];
  private messages: Message[] = [];

  constructor(
    readonly arn: string,
    private readonly visibilityMs: number,
  ) {}

  send(body: string): void {
    this.messages.push({ id: randomUUID(), body, receipt: '', visibleAt: 0 });
  }

  receive(most: number): readonly Message[] {
    const received = this.messages.filter(({ visibleAt }) => visibleAt <= Date.now()).slice(0, most);
    for (const message of received) Object.assign(message, { receipt: randomUUID(), visibleAt: Date.now() + this.visibilityMs });
    return received;
  }

  delete(receipt: string): void {
    const found = this.messages.find((message) => message.receipt === receipt);
    if (found === undefined) return;
    this.messages = this.messages.filter((message) => message !== found);
    this.deleted.push(found.body);
  }

  /** What CloudWatch has of it, by the names of the metrics. */
  metrics(): Readonly<Record<string, number>> {
    const inFlight = this.messages.filter(({ visibleAt }) => visibleAt > Date.now()).length;
    return {
      ApproximateNumberOfMessagesVisible: this.messages.length - inFlight,
      // "Reported if in-flight messages exist"
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
      ...(inFlight === 0 ? {} : { ApproximateNumberOfMessagesNotVisible: inFlight }),
    };
  }
}

/** @param queues by URL */
export function queuesBackend(queues: ReadonlyMap<string, MessageQueue>): Backend {
  const queueOf = ({ QueueUrl: url }: Fields): MessageQueue | undefined => queues.get(String(url));
  return {
    prefix: 'sqs',
    request: (_, input) => ({ resource: queueOf(input)?.arn ?? 'none', context: {} }),
    serve: (operation, input) => {
      const queue = queueOf(input);
      if (queue === undefined) return failed('QueueDoesNotExist', String(input['QueueUrl']));
      switch (operation) {
        case 'ReceiveMessage':
          return succeeded({
            Messages: queue
              .receive(Number(input['MaxNumberOfMessages'] ?? 1))
              .map(({ id, body, receipt }) => ({ MessageId: id, Body: body, ReceiptHandle: receipt })),
          });
        case 'DeleteMessage':
          queue.delete(String(input['ReceiptHandle']));
          return succeeded({});
        default:
          return failed('UnknownOperationException', operation);
      }
    },
  };
}
