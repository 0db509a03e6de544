/** gRPC services behind both kinds of API, which translate JSON and gRPC-Web for them. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileRegistry } from '@bufbuild/protobuf';
import { create, createFileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Duration, Size } from 'aws-cdk-lib';
import { ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import type { GrpcRoutesProps, HttpApiRouteProps, RestApiRouteProps, ServiceProps } from '../../../lib';
import {
  Authorizer,
  Edge,
  GrpcApi,
  GrpcBody,
  GrpcMapping,
  GrpcStream,
  GrpcUnknownFields,
  PathMatch,
  Protocol,
  Timeout,
  Tracing,
} from '../../../lib';
import { apiOfProtos } from '../../../lib/core/grpc/grpc-api';
import { LAB_PROTO, LIBRARY_PROTO } from '../programs';
import type { ImageRule, Template } from '../runner';
import { standIns } from '../runner';
import { REPOSITORY } from '../tools';
import { image, synthesize } from './synthesize';

export const DEMO_PROTO = join(REPOSITORY, 'examples/protos/demo.proto');

/** All of it. */
export const BOUTIQUE_METHODS = [
  'CartService/AddItem',
  'CartService/GetCart',
  'CartService/EmptyCart',
  'RecommendationService/ListRecommendations',
  'ProductCatalogService/ListProducts',
  'ProductCatalogService/GetProduct',
  'ProductCatalogService/SearchProducts',
  'ShippingService/GetQuote',
  'ShippingService/ShipOrder',
  'CurrencyService/GetSupportedCurrencies',
  'CurrencyService/Convert',
  'PaymentService/Charge',
  'EmailService/SendOrderConfirmation',
  'CheckoutService/PlaceOrder',
  'AdService/GetAds',
].map((method) => `hipstershop.${method}`);

export const SMALL_BYTES = 1000;
export const ORIGIN = 'https://shop.example';

const lab = (method: string): { readonly service: string; readonly method: string } => ({ service: 'lab', method: `lab.v1.Lab/${method}` });

/** Of both kinds of API. */
const ROUTES: Readonly<Record<string, HttpApiRouteProps & RestApiRouteProps>> = {
  ...Object.fromEntries(BOUTIQUE_METHODS.map((method) => [`POST /${method}`, { grpc: { service: 'shop', method, web: true } }])),
  'GET /products/{id}': { grpc: { service: 'shop', method: 'hipstershop.ProductCatalogService/GetProduct' } },
  'POST /echo': { grpc: { ...lab('Echo') } },
  // 10 MiB is what API Gateway passes on.
  'POST /large/{text}': { grpc: { ...lab('Echo') }, maxRequestSize: Size.mebibytes(10) },
  'POST /lab.v1.Lab/Echo': { grpc: { service: 'down', method: 'lab.v1.Lab/Echo', web: true } },
  'POST /lab.v1.Lab/Find': { grpc: { ...lab('Find'), web: true }, maxRequestSize: Size.bytes(SMALL_BYTES) },
  'POST /lab.v1.Lab/Forbidden': { grpc: { ...lab('Forbidden'), web: true } },
  'POST /lenient': { grpc: { ...lab('Echo'), unknownFields: GrpcUnknownFields.IGNORE } },
  'PUT /echo/{text}': { grpc: { ...lab('Echo'), body: GrpcBody.field('inner') } },
  'POST /copy/{text}': { grpc: { ...lab('Echo') } },
  'POST /nested/{user}': { grpc: { ...lab('Echo'), fields: { user: 'inner.text' } } },
  'POST /small/{small}': { grpc: { ...lab('Echo') } },
  'GET /logins/{login}': { grpc: { ...lab('Find') } },
  'POST /logins/{login}': { grpc: { ...lab('Find') } },
  'PATCH /nested/{user}': { grpc: { ...lab('Echo'), fields: { user: 'inner.text' }, body: GrpcBody.field('inner') } },
  'GET /users/{user}': { grpc: { ...lab('Find'), fields: { user: 'user_id' } } },
  'GET /users/{user}/private': { grpc: { ...lab('Find'), fields: { user: 'user_id' } }, authorizer: Authorizer.iam() },
  'POST /lab.v1.Lab/Fail': { grpc: { ...lab('Fail'), web: true } },
  'GET /fail/{code}': { grpc: { ...lab('Fail') } },
  'GET /files': { grpc: { ...lab('Download') } },
  'POST /files': { grpc: { ...lab('Upload') } },
  'POST /forbidden': { grpc: { ...lab('Forbidden') } },
  'POST /busy': { grpc: { service: 'busy', method: 'lab.v1.Lab/Fail' } },
  'POST /down': { grpc: { service: 'down', method: 'lab.v1.Lab/Echo' } },
  'POST /small': { grpc: { ...lab('Echo') }, maxRequestSize: Size.bytes(SMALL_BYTES) },
};

const STREAMS: Readonly<Record<string, RestApiRouteProps>> = {
  'GET /lines/{text}': { grpc: lab('Watch'), responseTransferMode: ResponseTransferMode.STREAM },
  'GET /events/{text}': {
    grpc: { ...lab('Watch'), stream: GrpcStream.SERVER_SENT_EVENTS },
    responseTransferMode: ResponseTransferMode.STREAM,
  },
  'POST /lab.v1.Lab/Watch': { grpc: { ...lab('Watch'), web: true }, responseTransferMode: ResponseTransferMode.STREAM },
};

const PORT = 50_051;
const GATEWAYS = ['gateway', 'gateway-rest'];
const ALLOWED = ['Echo', 'Find', 'Fail', 'Watch', 'Download', 'Upload'].map((method) => `/lab.v1.Lab/${method}`);

export const TRANSLATED_IMAGES: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.grpcServices('example/shop:1', PORT, DEMO_PROTO),
  standIns.grpcServices('example/lab:1', PORT, LAB_PROTO),
  standIns.grpcServices('example/books:1', PORT, LIBRARY_PROTO),
];

/** Of `lab`, for a call. */
export const TIMEOUT_MS = 3000;

/** Whose paths its .proto file says. */
const grpcRoutes: GrpcRoutesProps[] = [{ service: 'books', mapping: GrpcMapping.ANNOTATIONS }];

const cors = { allowOrigins: [ORIGIN] };

export function translated(): Template {
  const labProps: ServiceProps = {
    image: image('lab'),
    port: PORT,
    protocol: Protocol.GRPC,
    grpcApi: GrpcApi.fromProtoFiles([LAB_PROTO]),
  };
  return synthesize({
    services: {
      shop: { image: image('shop'), port: PORT, protocol: Protocol.GRPC, grpcApi: GrpcApi.fromProtoFiles([DEMO_PROTO]) },
      lab: {
        ...labProps,
        desiredCount: 2,
        allow: [{ callers: GATEWAYS, paths: ALLOWED }],
        timeout: Timeout.perRequest(Duration.millis(TIMEOUT_MS)),
        retry: { maxRetries: 2, idempotentMethods: ['lab.v1.Lab/Fail'] },
        routes: [
          {
            name: 'watch',
            match: { path: PathMatch.grpcMethod('lab.v1.Lab', 'Watch') },
            timeout: Timeout.of({ stream: Duration.minutes(5) }),
          },
          {
            // Megabytes take their time on a busy machine.
            name: 'download',
            match: { path: PathMatch.grpcMethod('lab.v1.Lab', 'Download') },
            timeout: Timeout.perRequest(Duration.seconds(25)),
          },
          {
            name: 'find',
            match: { path: PathMatch.grpcMethod('lab.v1.Lab', 'Find') },
            requestHeaders: { set: { 'x-of-route': 'find' } },
          },
        ],
      },
      books: { image: image('books'), port: PORT, protocol: Protocol.GRPC, grpcApi: GrpcApi.fromProtoFiles([LIBRARY_PROTO]) },
      busy: { ...labProps, circuitBreaker: { maxRequests: 1 } },
      down: labProps,
    },
    edges: {
      default: Edge.httpApi({ authorizer: Authorizer.none(), cors, routes: ROUTES, grpcRoutes }),
      rest: Edge.restApi({ authorizer: Authorizer.none(), cors, routes: { ...ROUTES, ...STREAMS }, grpcRoutes }),
    },
    tracing: Tracing.none(),
  });
}

/** What clients have of the services of a .proto file. */
export function registryOf(proto: string): FileRegistry {
  const name = basename(proto);
  const api = apiOfProtos([{ name, path: proto, text: readFileSync(proto, 'utf8') }], [name], (problem) => {
    throw new Error(JSON.stringify(problem));
  });
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...(api?.files ?? [])] }));
}
