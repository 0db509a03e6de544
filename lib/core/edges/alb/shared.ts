/** What rendering must know of listeners and load balancers that others have, too. */
export { RESERVED_PRIORITIES } from '../priorities';
export { isPlaceholder } from '../shared-balancers';
