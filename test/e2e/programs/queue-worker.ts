/**
 * A worker without a port: takes one message at a time from the queue QUEUE_URL, calls API with it, and deletes it when the answer is 200.
 * On SIGTERM it finishes the message that it has, and ends. Each message is a line of JSON on stdout: { message, status }.
 */
const { AWS_ENDPOINT_URL: aws = '', QUEUE_URL: queue = '', API: api = '' } = process.env;
const IDLE_MS = 100;

interface Received {
  readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
}

async function sqs(operation: string, input: Readonly<Record<string, unknown>>): Promise<Received> {
  const answer = await fetch(aws, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify({ QueueUrl: queue, ...input }),
  });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Received;
}

async function statusOf(message: string): Promise<number | string> {
  try {
    const answer = await fetch(`${api}${message}`);
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    return String(error);
  }
}

let stopping = false;
process.on('SIGTERM', () => {
  stopping = true;
});

async function work(): Promise<void> {
  while (!stopping) {
    const { Messages: messages = [] } = await sqs('ReceiveMessage', { MaxNumberOfMessages: 1 });
    if (messages.length === 0) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    for (const { Body: message, ReceiptHandle } of messages) {
      const status = await statusOf(message);
      console.log(JSON.stringify({ message, status }));
      if (status === 200) await sqs('DeleteMessage', { ReceiptHandle });
    }
  }
}

void work().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
