import { Duration } from 'aws-cdk-lib';
import { JsonSchemaType, Period } from 'aws-cdk-lib/aws-apigateway';
import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway';
import type { RestApiOptions } from '../lib';
import { Authorizer, BodySchema } from '../lib';

const text: JsonSchema = { type: JsonSchemaType.STRING, minLength: 1, maxLength: 200 };
const amount: JsonSchema = { type: JsonSchemaType.INTEGER, minimum: 0 };

/** What the orders service takes, and stricter: it would store an order without an address or items. */
const ORDER: JsonSchema = {
  type: JsonSchemaType.OBJECT,
  required: ['shippingAddress', 'items'],
  additionalProperties: false,
  properties: {
    shippingAddress: {
      type: JsonSchemaType.OBJECT,
      required: ['firstName', 'lastName', 'email', 'address1', 'city', 'zipCode', 'state'],
      additionalProperties: false,
      properties: {
        firstName: text,
        lastName: text,
        email: text,
        address1: text,
        address2: { type: JsonSchemaType.STRING, maxLength: 200 },
        city: text,
        zipCode: text,
        state: text,
      },
    },
    items: {
      type: JsonSchemaType.ARRAY,
      minItems: 1,
      maxItems: 100,
      items: {
        type: JsonSchemaType.OBJECT,
        required: ['productId', 'quantity', 'unitCost', 'totalCost'],
        additionalProperties: false,
        properties: {
          productId: text,
          quantity: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: 1000 },
          unitCost: amount,
          totalCost: amount,
        },
      },
    },
  },
};

/** The REST API for partners: programs of other companies, which show the catalog and place orders. */
export const PARTNERS: RestApiOptions = {
  // Orders are signed; the key says which partner it is, and whose limit and quota counts.
  authorizer: Authorizer.iam(),
  apiKeyRequired: true,
  clients: {
    corner: { throttle: { rateLimit: 5, burstLimit: 10 }, quota: { limit: 10_000, period: Period.MONTH } },
    mall: { throttle: { rateLimit: 50, burstLimit: 100 } },
  },
  throttle: { rateLimit: 200, burstLimit: 400 },
  detailedErrors: true,
  // A partner's page shows the same products again and again. A minute is how late a new price may be.
  cache: { clusterSize: '0.5', ttl: Duration.minutes(1) },
  routes: {
    'GET /catalog/products': {
      service: 'catalog',
      authorizer: Authorizer.none(),
      apiKeyRequired: false,
      cache: { query: ['tags', 'order', 'page', 'size'] },
    },
    'GET /catalog/products/{id}': { service: 'catalog', authorizer: Authorizer.none(), apiKeyRequired: false, cache: {} },
    'GET /catalog/search': {
      service: 'catalog',
      authorizer: Authorizer.none(),
      apiKeyRequired: false,
      validation: { query: ['keyword'] },
    },
    'POST /orders': { service: 'orders', validation: { body: BodySchema.of(ORDER) } },
  },
};
