import { matchesString } from './matchers';
import { extensionAt, Message, Unknown } from './message';

/** One side of a connection: who it is, and what its Envoy says of TLS. */
export interface Side {
  /** The URI of its certificate, if it has one of the mesh. */
  readonly identity?: string;
  /** Undefined: plain text. */
  readonly context: TlsContext | undefined;
}

export interface TlsContext {
  readonly wantsCertificate: boolean;
  /** What the URI of the other side has to fit; undefined: nothing is asked. */
  readonly accepts: ((identity: string) => boolean) | undefined;
}

export type Handshake = { readonly kind: 'connected'; readonly tls: boolean } | { readonly kind: 'refused'; readonly why: string };

/** Whether two sides come together. All certificates are of the same authority: whoever has one is believed as to his name. */
export function handshake(client: Side, server: Side): Handshake {
  if (client.context === undefined || server.context === undefined) {
    return client.context === server.context
      ? { kind: 'connected', tls: false }
      : { kind: 'refused', why: 'one side speaks TLS, and the other does not' };
  }
  if (server.context.wantsCertificate && client.identity === undefined) return { kind: 'refused', why: 'the client has no certificate' };
  if (client.identity !== undefined && server.context.accepts?.(client.identity) === false)
    return { kind: 'refused', why: `the server does not let in ${client.identity}` };
  if (client.context.accepts?.(server.identity ?? '') === false)
    return { kind: 'refused', why: `the client does not believe ${server.identity ?? 'nobody'}` };
  return { kind: 'connected', tls: true };
}

const COMMON = {
  reads: ['combined_validation_context', 'validation_context', 'tls_certificate_sds_secret_configs'],
  ignores: ['tls_params', 'alpn_protocols'],
};
const VALIDATION = { reads: ['match_typed_subject_alt_names'], ignores: ['trusted_ca'] };

/** Of a `transport_socket`, if there is one. */
export function tlsContext(owner: Message): TlsContext | undefined {
  if (!owner.has('transport_socket')) return undefined;
  const { type, config, at } = extensionAt(owner.raw('transport_socket'), owner.place('transport_socket'));
  if (!/^envoy\.extensions\.transport_sockets\.tls\.v3\.(Up|Down)streamTlsContext$/.test(type)) throw new Unknown(at, type);
  const context = Message.of(config, at, {
    reads: ['common_tls_context', 'require_client_certificate'],
    ignores: [
      'sni',
      'auto_host_sni',
      'auto_sni_san_validation',
      'disable_stateless_session_resumption',
      'max_session_keys',
      'enforce_rsa_key_usage',
    ],
  });
  const common = context.child('common_tls_context', COMMON);
  const combined = common.maybe('combined_validation_context', {
    reads: ['default_validation_context'],
    ignores: ['validation_context_sds_secret_config'],
  });
  const validation = combined?.maybe('default_validation_context', VALIDATION) ?? common.maybe('validation_context', VALIDATION);
  const names = validation?.messages('match_typed_subject_alt_names', { reads: ['san_type', 'matcher'] }) ?? [];
  return {
    wantsCertificate: context.flag('require_client_certificate'),
    accepts:
      names.length === 0
        ? undefined
        : (identity) =>
            names.some((name) => {
              const text = name.text('san_type');
              if (text !== 'URI' && text !== 'DNS') throw new Unknown(name.at, text);
              return text === 'URI' && matchesString(name.raw('matcher'), name.place('matcher'), identity);
            }),
  };
}
