import { App, Duration, Stack } from 'aws-cdk-lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Microservices } from '../../../lib';
import { CONTAINER_IMAGES } from '../containers';

const ORDERS = 'http://orders.shop.internal:15080/of-report';
/** Says who the callee has seen, and what it was told itself. */
const REPORT = `fetch('${ORDERS}').then(async (answer) => console.log(answer.status, await answer.text(), process.env.GREETING))`;
const MIGRATE = "console.log('migrated', process.env.VERSION); process.exitCode = Number(process.env.FAILS ?? 0)";

/** A system that runs locally, with jobs: `cdk synth` writes it into a directory. */
export function synthesizeLocalJobs(outdir: string, version = '1'): void {
  const app = new App({ outdir, analyticsReporting: false });
  const image = ContainerImage.fromRegistry(CONTAINER_IMAGES.programs);
  new Microservices(new Stack(app, 'Shop'), 'Shop', {
    services: { orders: { image, command: ['/programs/relay.js'], port: 8080, environment: { PORT: '8080' } } },
    jobs: {
      migrate: { image, command: ['-e', MIGRATE], beforeDeployment: true, environment: { VERSION: version } },
      report: { image, command: ['-e', REPORT], calls: ['orders'], schedule: ScheduleExpression.rate(Duration.days(1)) },
    },
  });
  app.synth();
}
