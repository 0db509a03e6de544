/** Started as a process of its own: starts a cluster, prints what its names begin with, and holds it until the end of the process. */
import { container, startOneTask } from './one-task';

void startOneTask([container('app', 'exec sleep infinity')]).then((cluster) => {
  console.log(cluster.prefix);
});
