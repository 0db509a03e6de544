import { Stack, type App } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { join } from 'node:path';
import { Microservices } from '../../../../lib';
import { expectGolden } from '../../../support/golden';
import { Bundled, EXAMPLES } from '../bundled';
import type { Ran } from '../bundled';

/** With the bundle, as users have it, and outputs of cdk synth. */
let bundled: Bundled;

/** A client outside of the mesh calls a port of a service, which has rules of its own. */
function ports(app: App): void {
  const stack = new Stack(app, 'Ports');
  const vpc = new Vpc(stack, 'Vpc');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  const connections = new SecurityGroup(stack, 'Connections', { vpc });
  const image = ContainerImage.fromRegistry('example.com/stock:1');
  const rules = { admin: { port: 8081, allow: [{ callers: ['office'], methods: ['GET'] }] } };
  new Microservices(stack, 'Ports', {
    vpc,
    services: { stock: { image, port: 8080, ports: rules } },
    clients: { office: { role, connections, calls: ['stock-admin'] } },
  });
}

beforeAll(() => {
  bundled = new Bundled({ ...EXAMPLES, ports }, { 'aws:cdk:enable-path-metadata': true });
});

afterAll(() => {
  bundled.close();
});

const ask = (app: string, question: string): Ran => bundled.run('explain', ...question.split(' '), '--app', app);

const QUESTIONS: readonly (readonly [string, string, string])[] = [
  ['shop-call', 'shop', 'ui orders GET /orders/7?full=1'],
  ['shop-not-called', 'shop', 'checkout ui GET /'],
  ['shop-client', 'shop', 'client POST /orders --edge partners'],
  ['shop-no-route', 'shop', 'client GET /nowhere --edge partners'],
  ['shop-json', 'shop', 'checkout orders POST /orders --header x-user:7 --header x-user:8 --json'],
  ['boutique-grpc', 'boutique', 'frontend cartservice POST /hipstershop.CartService/GetCart --header content-type:application/grpc'],
  ['boutique-tcp', 'boutique', 'cartservice redis-cart'],
  ['boutique-tcp-not-called', 'boutique', 'frontend redis-cart'],
  ['warehouse-external', 'warehouse', 'labels carrier POST /labels'],
  ['warehouse-external-not-called', 'warehouse', 'orders carrier POST /labels'],
  ['warehouse-outside', 'warehouse', 'goods-in stock PUT /receipts/7'],
  ['warehouse-outside-no-rule', 'warehouse', 'goods-in stock GET /receipts/7'],
  ['warehouse-outside-not-called', 'warehouse', 'goods-in orders GET /'],
  ['chat-connect', 'chat', 'client $connect'],
  ['chat-message', 'chat', 'client say'],
  ['chat-other-message', 'chat', 'client leave --json'],
  ['teams-versions', 'teams', 'stock catalog GET /items/7'],
  ['teams-stack-of-a-team', 'teams', 'invoices ledger POST /entries'],
];

test('what explain prints is as reviewed', () => {
  const outputs = new Map<string, string>();
  for (const [name, app, question] of QUESTIONS) {
    const { output, error, exitCode } = ask(app, question);
    expect(error).toBe('');
    outputs.set(`${name}.txt`, `$ explain ${question}\n${output}exit code ${exitCode ?? ''}\n`);
  }
  expectGolden(join(__dirname, 'output'), outputs);
});

test('the rules of a port are those of the port', () => {
  const { output, exitCode } = ask('ports', 'office stock-admin POST /');
  expect(output).toMatch(/^refused with 403 by services\.stock\.ports\.admin\.allow$/m);
  expect(exitCode).toBe(1);
});

test.each([
  ['boutique', 'a path for TCP', 'cartservice redis-cart GET /', 'redis-cart speaks TCP, which has no methods, paths', 'leave them out'],
  [
    'boutique',
    'a header for TCP',
    'cartservice redis-cart --header a:b',
    'redis-cart speaks TCP, which has no',
    'explain cartservice redis-cart',
  ],
  ['boutique', 'an edge for TCP', 'cartservice redis-cart --edge default', '--edge is for requests of clients', 'leave it out'],
  ['chat', 'a path for messages', 'client POST /say', 'edge is a WebSocket API, whose messages have routes', "client 'say' --edge default"],
  ['chat', 'no route', 'client', 'edge is a WebSocket API, whose messages have routes', "client 'say' --edge default"],
  ['warehouse', 'an external service for clients', 'goods-in carrier GET /', 'there is no service "carrier"', 'name one of these'],
])('fails in %s if there is %s', (app, _, question, what, fix) => {
  const { exitCode, output, error } = ask(app, question);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(error).toContain(what);
  expect(error).toContain(fix);
});

test.each([
  ['no such service', 'ui order GET /', 'there is no service "order"', 'did you mean "orders"?'],
  ['no path', 'ui orders GET', 'explain takes a caller, a callee, a method and a path', 'npx cdk-ecs-microservices explain <caller>'],
  ['a path without a slash', 'ui orders GET orders', 'the path "orders" does not begin with a slash', 'write /orders'],
  ['too many words', 'ui orders GET / x', 'explain takes 4 arguments, and got "x" too', 'see npx'],
  ['several edges', 'client GET /', 'the system has 2 edges', 'name one: --edge default'],
  ['no such edge', 'client GET / --edge partner', 'there is no edge "partner"', 'did you mean "partners"?'],
  ['no header', 'ui orders GET / --header x', '"x" is no header', 'write --header name:value'],
  ['an unknown option', 'ui orders GET / --headers x:1', 'explain has no option "--headers"', 'did you mean "--header"?'],
])('fails if there is %s', (_, question, what, fix) => {
  const { exitCode, output, error } = ask('shop', question);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(error).toContain(what);
  expect(error).toContain(fix);
});
