import { App } from 'aws-cdk-lib';
import { teamsApp } from '../examples/teams';

teamsApp(new App());
