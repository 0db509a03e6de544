import {
  BitString,
  Constructed,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  PrintableString,
  Sequence,
  Set as SetOf,
  Utf8String,
  fromBER,
  type AsnType,
} from 'asn1js';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { PrivateText } from '../private-text';
import { commonNameOf, type LeafNames } from './leaf-names';

export interface CertificateRequest {
  /** PKCS#10 PEM. */
  readonly csr: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), in hexadecimal. */
  readonly keyHash: string;
  /** PKCS#8 PEM. */
  readonly privateKey: PrivateText;
}

/** Makes a key, and a request for a certificate of it, which it signs. */
export function makeCertificateRequest(names: LeafNames): CertificateRequest {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const request = certificateRequest(names, publicKey, (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  return {
    csr: pem('CERTIFICATE REQUEST', request),
    keyHash: keyHashOf(publicKey),
    privateKey: new PrivateText(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}

/**
 * Names, a key and its signature make all of a request: who has these has its bytes. They are those that @peculiar/x509 makes of
 * them, without the 4 MiB that it takes in a process that makes a request every two days.
 * https://www.rfc-editor.org/rfc/rfc2986#section-4
 *
 * @param signed gives the signature in the format of WebCrypto
 */
export function certificateRequest(names: LeafNames, publicKey: KeyObject, signed: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const info = sequence(
    new Integer({ value: 0 }),
    subject(names),
    der(publicKey.export({ format: 'der', type: 'spki' })),
    new Constructed({ idBlock: { tagClass: CONTEXT, tagNumber: 0 }, value: [requestedExtensions(names)] }),
  );
  const signature = signed(bytesOf(info));
  const [r, s] = [signature.subarray(0, signature.length / 2), signature.subarray(signature.length / 2)].map(positive);
  return bytesOf(sequence(info, sequence(oid(OIDS.ecdsaWithSha256)), new BitString({ valueHex: arrayBuffer(bytesOf(sequence(r, s))) })));
}

export function keyHashOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

const OIDS = {
  commonName: '2.5.4.3',
  subjectAlternativeName: '2.5.29.17',
  extensionRequest: '1.2.840.113549.1.9.14',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** The class of tags whose meaning depends on where they stand. */
const CONTEXT = 3;
/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
const DNS_NAME = 2;
const URI = 6;

/** What a PrintableString may have. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

function subject(names: LeafNames): AsnType {
  const commonName = commonNameOf(names);
  const value = PRINTABLE.test(commonName) ? new PrintableString({ value: commonName }) : new Utf8String({ value: commonName });
  return sequence(new SetOf({ value: [sequence(oid(OIDS.commonName), value)] }));
}

/** One URI and no more, as SPIFFE has it. */
function requestedExtensions({ identity, dnsName }: LeafNames): AsnType {
  const names = sequence(generalName(URI, identity), generalName(DNS_NAME, dnsName));
  const extension = sequence(oid(OIDS.subjectAlternativeName), new OctetString({ valueHex: arrayBuffer(bytesOf(names)) }));
  return sequence(oid(OIDS.extensionRequest), new SetOf({ value: [sequence(extension)] }));
}

function generalName(tagNumber: number, text: string): AsnType {
  return new Primitive({ idBlock: { tagClass: CONTEXT, tagNumber }, valueHex: arrayBuffer(Buffer.from(text, 'latin1')) });
}

function sequence(...value: AsnType[]): Sequence {
  return new Sequence({ value });
}

function oid(value: string): ObjectIdentifier {
  return new ObjectIdentifier({ value });
}

function positive(bytes: Uint8Array): Integer {
  return Integer.fromBigInt(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** Something that is DER already. */
function der(bytes: Uint8Array): AsnType {
  return fromBER(arrayBuffer(bytes)).result;
}

function bytesOf(value: AsnType): Uint8Array {
  return new Uint8Array(value.toBER());
}

/** Of its own: that of a Buffer may hold others. */
function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----`;
}
