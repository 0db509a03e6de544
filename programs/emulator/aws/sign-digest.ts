import { createECDH, randomBytes, type KeyObject } from 'node:crypto';

/** The orders of the curves. SEC 2, sections 2.4.2 and 2.5.1: https://www.secg.org/sec2-v2.pdf */
const ORDERS: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

/**
 * A signature by ECDSA of a digest as it is, in DER, which Node.js cannot make: it hashes what it signs. For tests and local systems alone:
 * how long it takes says something of the key. FIPS 186-5, section 6.4.1.
 *
 * @param digest no longer than the order of the curve
 */
export function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const curve = privateKey.asymmetricKeyDetails?.namedCurve ?? '';
  const order = ORDERS[curve];
  if (order === undefined) throw new Error(`the fake KMS does not sign by ${curve}`);
  const secret = numberOf(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
  for (;;) {
    const { number, point } = oneTimePair(curve, order);
    // Uncompressed: 4, and then both coordinates.
    const r = numberOf(point.subarray(1, 1 + (point.length - 1) / 2)) % order;
    const s = (inverse(number, order) * ((numberOf(digest) + r * secret) % order)) % order;
    if (r !== 0n && s !== 0n) return der(0x30, Buffer.concat([integer(r), integer(s)]));
  }
}

/** A number that is used once, and the point of the curve that is so many times the base point: a public key. */
function oneTimePair(curve: string, order: bigint): { readonly number: bigint; readonly point: Buffer } {
  const pair = createECDH(curve);
  for (;;) {
    const bytes = randomBytes(order.toString(16).length / 2);
    const number = numberOf(bytes);
    if (number === 0n || number >= order) continue;
    pair.setPrivateKey(bytes);
    return { number, point: pair.getPublicKey() };
  }
}

/** Of a number by a prime, by Euclid's algorithm. */
function inverse(number: bigint, prime: bigint): bigint {
  let [a, b, x, y] = [number, prime, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % prime) + prime) % prime;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`);
}

function integer(number: bigint): Buffer {
  const hex = number.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return der(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
}

/** Its content is shorter than 128 bytes. */
function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
