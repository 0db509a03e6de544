/** What agents write into their logs, and the alarm looks at: 1 for a certificate that was just issued, 0 for an expired one. */
export const METRIC_NAMESPACE = 'CdkEcsMicroservices';
export const LIFE_LEFT_METRIC = 'CertificateLifeLeft';

/** Its one dimension, whose value is the trust domain. */
export const MESH_DIMENSION = 'Mesh';
