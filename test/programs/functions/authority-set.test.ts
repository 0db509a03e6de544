import { authoritySetHandler } from '../../../programs/functions/authority-set/handler';
import type { CustomResourceAnswer, CustomResourceEvent } from '../../../programs/functions/custom-resource-event';
import { jsonLog } from '../../../programs/shared/log';
import { oneLineOf } from '../../../programs/functions/x509/one-line-certificate';
import { makeAuthority, type TestAuthority } from './support/authorities';
import { makePrivateAuthority } from './support/private-authorities';
import { configurationOf, RotationHarness, tagsOf, type AnyTestAuthority } from './support/rotation-harness';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * 60 * 1000;

let a: TestAuthority;
let b: TestAuthority;
let harness: RotationHarness;
let orders: string;
let payment: string;
let calls: string[];

beforeAll(async () => {
  a = await makeAuthority('a', START);
  b = await makeAuthority('b', START);
});
beforeEach(() => {
  harness = new RotationHarness(START, configurationOf(a));
  orders = harness.createSecret('orders');
  payment = harness.createSecret('payment');
  calls = [];
});

interface SetProperties {
  readonly authorities: readonly AnyTestAuthority[];
  readonly issuer: AnyTestAuthority;
  readonly secrets?: readonly string[];
}

function propertiesOf({ authorities, issuer, secrets = [orders, payment] }: SetProperties): CustomResourceEvent['ResourceProperties'] {
  return {
    Authorities: authorities.map(({ name, certificate }) => ({ Name: name, Certificate: oneLineOf(certificate) })),
    Issuer: issuer.name,
    Secrets: secrets,
    SettleSeconds: '900',
  };
}

function handle(event: CustomResourceEvent): Promise<CustomResourceAnswer> {
  const secretsManager = harness.secretsManager.client({
    before: (operation) => {
      calls.push(operation);
    },
  });
  return authoritySetHandler({ secretsManager, now: () => harness.now(), log: jsonLog((line) => harness.lines.push(line)) })(event);
}

const update = (before: SetProperties, after: SetProperties): Promise<CustomResourceAnswer> =>
  handle({
    RequestType: 'Update',
    PhysicalResourceId: 'authority-set-1',
    ResourceProperties: propertiesOf(after),
    OldResourceProperties: propertiesOf(before),
  });

async function rotateAll(): Promise<void> {
  await harness.rotate(orders);
  await harness.rotate(payment);
}

const ONLY_A = (): SetProperties => ({ authorities: [a], issuer: a });
const BOTH_BY_A = (): SetProperties => ({ authorities: [a, b], issuer: a });
const BOTH_BY_B = (): SetProperties => ({ authorities: [a, b], issuer: b });
const ONLY_B = (): SetProperties => ({ authorities: [b], issuer: b });

test('the issuer is an attribute, so that the rotation function waits for the answer', async () => {
  const event: CustomResourceEvent = {
    RequestType: 'Create',
    StackId: 'stack',
    LogicalResourceId: 'Authorities',
    ResourceProperties: propertiesOf(ONLY_A()),
  };
  const answer = await handle(event);
  expect(answer).toEqual({ PhysicalResourceId: expect.stringMatching(/^authority-set-[0-9a-f]{32}$/), Data: { issuer: 'a' } });
  expect(await handle(event)).toEqual(answer);
  expect(calls).toEqual([]);
});

test('an authority is replaced in the steps of the procedure', async () => {
  await rotateAll();
  expect(await update(ONLY_A(), BOTH_BY_A())).toEqual({ PhysicalResourceId: 'authority-set-1', Data: { issuer: 'a' } });
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  harness.advance(HOUR);
  expect((await update(BOTH_BY_A(), BOTH_BY_B())).Data).toEqual({ issuer: 'b' });
  harness.configuration = configurationOf(b, a);
  await rotateAll();
  harness.advance(HOUR);
  expect((await update(BOTH_BY_B(), ONLY_B())).Data).toEqual({ issuer: 'b' });
});

test('what changes nothing of the authorities reads no secret', async () => {
  await update(ONLY_A(), { ...ONLY_A(), secrets: [orders] });
  await update(ONLY_A(), BOTH_BY_A());
  await handle({ RequestType: 'Delete', PhysicalResourceId: 'authority-set-1', ResourceProperties: {} });
  expect(calls).toEqual([]);
});

test('an authority that issued nothing is removed again, as a rollback of adding it does', async () => {
  await rotateAll();
  harness.advance(HOUR);
  await update(BOTH_BY_A(), ONLY_A());
});

test('going back to the former issuer is possible while every bundle holds it', async () => {
  harness.configuration = configurationOf(b, a);
  await rotateAll();
  harness.advance(HOUR);
  await update(BOTH_BY_B(), BOTH_BY_A());
});

test('the way back from a step that was refused is open, whatever was rotated moments ago', async () => {
  await rotateAll();
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  await rotateAll();
  await expect(update(BOTH_BY_A(), BOTH_BY_B())).rejects.toThrow('deploy again after');
  expect((await update(BOTH_BY_B(), BOTH_BY_A())).Data).toEqual({ issuer: 'a' });
});

test('the way back is not open when the new authority has issued already, and was rotated moments ago', async () => {
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  harness.configuration = configurationOf(b, a);
  await rotateAll();
  await expect(update(BOTH_BY_B(), BOTH_BY_A())).rejects.toThrow('deploy again after');
});

test('fails if a service goes away in the same deployment and its secret may not be read, with what to do', async () => {
  await rotateAll();
  const secretsManager = harness.secretsManager.client({
    before: (operation) => {
      if (operation === 'GetSecretValue') throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    },
  });
  const event: CustomResourceEvent = {
    RequestType: 'Update',
    ResourceProperties: propertiesOf({ ...BOTH_BY_B(), secrets: [] }),
    OldResourceProperties: propertiesOf({ ...BOTH_BY_A(), secrets: [payment] }),
  };
  await expect(authoritySetHandler({ secretsManager, now: () => harness.now(), log: jsonLog(() => undefined) })(event)).rejects.toThrow(
    'remove the service in a deployment of its own first',
  );
});

test('the same authority with a certificate made anew is no change', async () => {
  await rotateAll();
  const renamed = { ...a, name: 'renamed' };
  await update(ONLY_A(), { authorities: [renamed], issuer: renamed });
  expect(calls).toEqual([]);
});

test('a rollback from properties that were refused works', async () => {
  await handle({
    RequestType: 'Update',
    PhysicalResourceId: 'authority-set-1',
    ResourceProperties: propertiesOf(ONLY_A()),
    OldResourceProperties: { Issuer: 'nobody', Authorities: [] },
  });
});

test('a secret that never held a certificate, or is gone, keeps nobody waiting', async () => {
  harness.secretsManager.put(orders, '{"password":"x"}');
  const gone = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:gone-AbCdEf';
  await update(BOTH_BY_A(), { ...BOTH_BY_B(), secrets: [orders, payment, gone] });
});

test('fails if an authority is removed that issued a current certificate, and says how it is done', async () => {
  harness.configuration = configurationOf(b, a);
  await harness.rotate(orders);
  harness.configuration = configurationOf(a, b);
  await harness.rotate(payment);
  harness.advance(HOUR);
  const error: unknown = await update(BOTH_BY_B(), ONLY_B()).catch((reason: unknown) => reason);
  expect((error as Error).message).toMatchInlineSnapshot(
    '"the authority "a" cannot be removed: it issued the current certificate of payment. Replacing an authority ' +
      'takes two steps, each followed by a rotation of every secret: (1) add the new authority and keep the ' +
      'issuer, deploy, and have every secret rotated, so that all services trust both; (2) make the new authority ' +
      'the issuer, deploy, and have every secret rotated, so that all certificates are new. After that the old ' +
      `authority can be removed. Secrets rotate on their schedule, or at once with \`aws secretsmanager ` +
      `rotate-secret\`."`,
  );
  expect(harness.lines.at(-1)).toContain('authority-set-refused');
});

test('fails if an authority shall issue that some bundle lacks', async () => {
  await harness.rotate(orders);
  harness.configuration = configurationOf(a, b);
  await harness.rotate(payment);
  harness.advance(HOUR);
  await expect(update(BOTH_BY_A(), BOTH_BY_B())).rejects.toThrow(
    'the authority "b" cannot issue yet: it is not in the trust bundle of orders. Replacing',
  );
});

test('fails if one authority is swapped for another in a single step, with both reasons', async () => {
  await rotateAll();
  harness.advance(HOUR);
  await expect(update(ONLY_A(), ONLY_B())).rejects.toThrow(
    /"a" cannot be removed: .* of orders, payment\. the authority "b" cannot issue yet: .* of orders, payment\. Replacing/,
  );
});

test('fails if an authority is swapped for another of the same name', async () => {
  await rotateAll();
  harness.advance(HOUR);
  const namesake = await makeAuthority('a', START);
  await expect(update(ONLY_A(), { authorities: [namesake], issuer: namesake })).rejects.toThrow('the authority "a" cannot be removed');
});

test('fails if an authority is removed whose certificates come from an authority below it', async () => {
  const corporate = await makePrivateAuthority('corporate', START, 'intermediate');
  harness.configuration = configurationOf(corporate, a);
  await rotateAll();
  harness.advance(HOUR);
  await expect(update({ authorities: [a, corporate], issuer: a }, ONLY_A())).rejects.toThrow(
    'the authority "corporate" cannot be removed: it issued the current certificate of orders, payment',
  );
  harness.configuration = configurationOf(a, corporate);
  await rotateAll();
  harness.advance(HOUR);
  await update({ authorities: [a, corporate], issuer: a }, ONLY_A());
});

test('a change of the issuer is rolled back at once, although certificates were rotated meanwhile', async () => {
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  harness.advance(2 * HOUR);
  await update(BOTH_BY_A(), BOTH_BY_B());
  harness.configuration = configurationOf(b, a);
  await harness.rotate(orders);
  await update(BOTH_BY_B(), BOTH_BY_A());
});

test('a mesh that just got its first certificates has nothing to wait for', async () => {
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  await update(BOTH_BY_A(), BOTH_BY_B());
});

test('fails if a secret was rotated twice moments ago, because tasks may hold what nobody knows any longer', async () => {
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  harness.advance(MINUTE);
  await harness.rotate(orders);
  await expect(update(BOTH_BY_A(), BOTH_BY_B())).rejects.toThrow(
    'the last rotation of orders: deploy again after 2026-11-24T12:16:00.000Z',
  );
});

test('fails if tasks may not have read what was rotated moments ago, and says when they will', async () => {
  await rotateAll();
  harness.configuration = configurationOf(a, b);
  await rotateAll();
  harness.advance(MINUTE);
  await expect(update(BOTH_BY_A(), BOTH_BY_B())).rejects.toThrow(
    'tasks may still hold what was before the last rotation of orders, payment: deploy again after 2026-11-24T12:15:00.000Z',
  );
});

test('fails if a rotation that was interrupted for an hour ended moments ago: what counts is when the secret changed', async () => {
  await harness.rotate(payment);
  harness.configuration = configurationOf(a, b);
  await harness.rotate(orders);
  const version = harness.secretsManager.startRotation(payment);
  await harness.invoke(payment, 'createSecret', version);
  harness.advance(HOUR);
  await harness.invoke(payment, 'finishSecret', version);
  await expect(update(BOTH_BY_A(), BOTH_BY_B())).rejects.toThrow(
    'the last rotation of payment: deploy again after 2026-11-24T13:15:00.000Z',
  );
});

test('fails if a service that goes away in the same deployment still needs the authority', async () => {
  await harness.rotate(payment);
  harness.configuration = configurationOf(b, a);
  await harness.rotate(orders);
  harness.advance(HOUR);
  await expect(update(BOTH_BY_B(), { ...ONLY_B(), secrets: [orders] })).rejects.toThrow('current certificate of payment');
});

test('fails with a short list if many secrets are in the way', async () => {
  const secrets: string[] = [];
  for (let index = 0; index < 14; index += 1) secrets.push(harness.secretsManager.create(`s${index}`, tagsOf(`s${index}`)));
  for (const secret of secrets) await harness.rotate(secret);
  harness.advance(HOUR);
  const error: unknown = await update({ ...ONLY_A(), secrets }, { ...ONLY_B(), secrets }).catch((reason: unknown) => reason);
  expect((error as Error).message).toContain('s9 and 4 more');
  expect((error as Error).message.length).toBeLessThan(2000);
});

test('fails if a secret cannot be read', async () => {
  const secretsManager = harness.secretsManager.client({
    before: () => {
      throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    },
  });
  const event: CustomResourceEvent = {
    RequestType: 'Update',
    ResourceProperties: propertiesOf(BOTH_BY_B()),
    OldResourceProperties: propertiesOf(BOTH_BY_A()),
  };
  await expect(authoritySetHandler({ secretsManager, now: () => harness.now(), log: jsonLog(() => undefined) })(event)).rejects.toThrow(
    'not authorized',
  );
});

test.each<[string, (properties: Record<string, unknown>) => void, string]>([
  [
    'the issuer is not an authority',
    (properties) => {
      properties.Issuer = 'c';
    },
    'the issuer "c" is not one of the authorities: a, b',
  ],
  [
    'two authorities have one name',
    (properties) => {
      properties.Authorities = [...(properties.Authorities as object[]), ...(properties.Authorities as object[])];
    },
    'two authorities have the same name',
  ],
  [
    'a certificate is not one',
    (properties) => {
      properties.Authorities = [{ Name: 'a', Certificate: 'x' }];
    },
    'the certificate of the authority "a" is not one in DER in base64, on one line',
  ],
  [
    'a certificate is PEM',
    (properties) => {
      properties.Authorities = [{ Name: 'a', Certificate: a.certificate.toString() }];
    },
    'the certificate of the authority "a" is not one in DER in base64, on one line',
  ],
  [
    'the authorities are not a list',
    (properties) => {
      properties.Authorities = 'a';
    },
    'the property Authorities of the resource must be a list',
  ],
  [
    'the secrets are not ARNs',
    (properties) => {
      properties.Secrets = [{}];
    },
    'the property Secrets of the resource must be a list of ARNs',
  ],
  [
    'the time to settle is not a number',
    (properties) => {
      properties.SettleSeconds = 'soon';
    },
    'SettleSeconds of the resource must be a number',
  ],
])('fails if %s', async (_, change, message) => {
  const properties = { ...propertiesOf(BOTH_BY_A()) };
  change(properties);
  await expect(handle({ RequestType: 'Create', ResourceProperties: properties })).rejects.toThrow(message);
});
