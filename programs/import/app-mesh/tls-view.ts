import type { ClientTlsView, ServerTlsView, SourceView } from './mesh-view';
import type { Certificate, ClientTls, ListenerTls, Trust } from './model';
import { defined } from '../../../lib/core/defined';

/** A listener whose TLS is disabled takes plain text. */
export function serverTls(tls: ListenerTls | undefined): ServerTlsView | undefined {
  if (tls === undefined || tls.mode === 'DISABLED') return undefined;
  const { validation } = tls;
  return {
    mode: tls.mode === 'STRICT' ? 'strict' : 'permissive',
    certificate: sourceOf(tls.certificate),
    ...defined({ trust: validation === undefined ? undefined : sourceOf(validation.trust) }),
    ...(validation?.subjectAlternativeNames === undefined ? {} : { clientNames: validation.subjectAlternativeNames }),
  };
}

export function clientTls(tls: ClientTls | undefined): ClientTlsView | undefined {
  if (tls === undefined) return undefined;
  const { certificate, validation, ports } = tls;
  return {
    enforced: tls.enforce ?? true,
    ...defined({ ports, certificate: certificate === undefined ? undefined : sourceOf(certificate) }),
    trust: sourceOf(validation.trust),
    serverNames: validation.subjectAlternativeNames ?? 'discoveryHost',
  };
}

function sourceOf(from: Certificate | Trust): SourceView {
  if (from.source === 'sds') return { source: 'sds', names: [from.secretName] };
  if (from.source === 'acm') return { source: 'acm', names: 'arn' in from ? [from.arn] : from.arns };
  return { source: 'file', names: 'privateKey' in from ? [from.certificateChain, from.privateKey] : [from.certificateChain] };
}
