import { PUBLIC_AUTHORITIES_FILE } from '../model/constants';
import type { EdgeTopology } from '../model/topology';
import type { Cluster } from './api/cluster';
import { loadAssignment } from './discovery';
import { issuerName, verifying } from './edge/identity';
import { ALL_ADDRESSES_ARE_ONE, hostTls } from './external';

/** Where a gateway service fetches the keys with which it verifies tokens. */
export function issuerClusters(edge: EdgeTopology): readonly Cluster[] {
  return verifying(edge).map(({ id, verification: { jwksHost, jwksPort } }): Cluster => ({
    name: issuerName(id),
    ...ALL_ADDRESSES_ARE_ONE,
    load_assignment: loadAssignment(issuerName(id), jwksHost, jwksPort),
    ...hostTls(jwksHost, { kind: 'file', path: PUBLIC_AUTHORITIES_FILE }),
  }));
}
