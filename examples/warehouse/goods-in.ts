import { MeshClient } from 'cdk-ecs-microservices/client';

/** Outside of the handler: all invocations of a sandbox share its certificate and connections. */
const mesh = MeshClient.fromEnvironment();

/** What Amazon EventBridge hands over. */
interface GoodsReceived {
  readonly id: string;
  readonly detail: { readonly article: string; readonly quantity: number };
}

/** Books goods that have arrived. The ID of the event makes it safe to do so twice, since EventBridge and AWS Lambda try again. */
export async function handler({ id, detail }: GoodsReceived): Promise<void> {
  const answer = await mesh.fetch('stock', `/receipts/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(detail),
  });
  if (!answer.ok) throw new Error(`The stock service has answered ${answer.status}.`);
}
