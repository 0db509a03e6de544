export { MAX_VARIABLES } from '../model/constants';
