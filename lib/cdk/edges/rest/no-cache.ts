import { Stack } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from '../../acknowledge';

/** A cache that users switch on by the handle of the stage is theirs to encrypt. So at synth, when nobody changes the stage any more. */
export function acknowledgeNoCache(stage: apigateway.Stage): void {
  stage.node.addValidation({
    validate: () => {
      const { cacheClusterEnabled, methodSettings } = stage.node.defaultChild as apigateway.CfnStage;
      const { cluster = false, settings = [] } = Stack.of(stage).resolve({
        cluster: cacheClusterEnabled,
        settings: methodSettings,
      }) as Caches;
      if (cluster === false && settings.every(({ cachingEnabled = false }) => cachingEnabled === false))
        acknowledge(stage, ['nothingCached']);
      return [];
    },
  });
}

interface Caches {
  readonly cluster?: unknown;
  readonly settings?: readonly { readonly cachingEnabled?: unknown }[];
}
