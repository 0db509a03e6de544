/**
 * The service through which callers outside of the mesh reach services. Nobody has the name beside it in a mesh with clients: its
 * certificate has the names by which they call.
 */
export const CLIENT_GATEWAY_NAME = 'client-gateway';

/** Below which clients find services, each by its name. */
export function clientsDomain(domain: string): string {
  return `clients.${domain}`;
}

/** In which a client finds its `ClientConfiguration`, unless its program takes it from elsewhere. */
export const CLIENT_VARIABLE = 'MESH_CLIENT';

/** What a client outside of the mesh has to know, as JSON. Nothing of it is secret. */
export type ClientConfiguration = {
  /** Its SPIFFE ID. */
  readonly identity: string;
  /** The scope of the mesh (scope.ts), which stands in the proof of the identity. */
  readonly scope: string;
  /** The ARN of the key by which it proves its identity. */
  readonly identityKeyArn: string;
  /** The ARN of the function that issues its certificate. */
  readonly issuerArn: string;
  /** Where it reaches the services that it calls, by their names. */
  readonly urls: Readonly<Record<string, string>>;
  /** The age at which it replaces its certificate. @default - RENEW_AFTER_SECONDS of issuing.ts */
  readonly renewSeconds?: number;
};
