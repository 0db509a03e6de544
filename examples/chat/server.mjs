import { createServer } from 'node:http';
import { ApiGatewayManagementApiClient, GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

/** Who is there, by the IDs of their connections. */
const users = new Map();

createServer(async (request, response) => {
  const { 'x-websocket-connection-id': id, 'x-user-name': user = 'somebody' } = request.headers;
  switch (request.url) {
    case '/websocket/connect':
      users.set(id, user);
      break;
    case '/websocket/disconnect':
      users.delete(id);
      break;
    case '/say': {
      const { text } = JSON.parse(await bodyOf(request));
      await tellAll(request.headers['x-websocket-callback-url'], JSON.stringify({ user, text }));
      break;
    }
    default:
      response.end(JSON.stringify({ error: 'write {"action": "say", "text": "…"}' }));
      return;
  }
  response.end();
}).listen(8080);

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function tellAll(endpoint, message) {
  const client = new ApiGatewayManagementApiClient({ endpoint });
  const sent = [...users.keys()].map(async (id) => {
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: message }));
    } catch (error) {
      // Whoever went without a word.
      if (error instanceof GoneException) users.delete(id);
      else console.error(`${id} was not told: ${error.name}`);
    }
  });
  await Promise.all(sent);
}
