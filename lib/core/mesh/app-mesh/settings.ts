import type { MeshSettings, Topology } from '../../model/topology';

export interface AppMeshSettings extends MeshSettings {
  readonly provider: 'appMesh';
  /** Whether tasks may reach what is not in the mesh, beside the APIs of AWS. */
  readonly allowAllEgress: boolean;
  /** Sorted. What goes to these ports passes by Envoy. */
  readonly ignoredEgressPorts: readonly number[];
  /** How Envoys find tasks. */
  readonly discovery: 'cloudMap' | 'dns';
  readonly serverCertificates?: AcmServerCertificates;
}

/** Certificates of ACM for servers, in place of those of the mesh. Text in which CloudFormation may fill in tokens. */
export interface AcmServerCertificates {
  /** By service, sorted. */
  readonly certificateArns: Readonly<Record<string, string>>;
  /** The roots that callers of these services trust. */
  readonly authorityArns: readonly string[];
}

export type AppMeshTopology = Topology<AppMeshSettings>;
