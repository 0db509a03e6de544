import type { Warning } from '../model/topology';

export function plaintext(): Warning {
  return {
    id: 'plaintext',
    path: 'certificates',
    message:
      'with Certificates.none(), calls between tasks are neither encrypted nor authenticated: whoever reaches a ' +
      'task is believed to be a declared caller, security groups alone decide who reaches it, and who listens in ' +
      'the VPC reads along',
  };
}
