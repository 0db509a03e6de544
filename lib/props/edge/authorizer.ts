import type { Duration } from 'aws-cdk-lib';
import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { factoryInput } from '../factory-input';

/**
 * Options of `Authorizer.jwt()`.
 *
 * @example
 * const options: JwtAuthorizerOptions = { issuer: 'https://login.example.com', audience: ['shop'], name: 'staff' };
 */
export interface JwtAuthorizerOptions {
  /** The issuer: the `iss` claim, an https URL under which `/.well-known/openid-configuration` is found. */
  readonly issuer: string;

  /** Accepted `aud` or `client_id` claims; at least one. */
  readonly audience: string[];

  /**
   * Where the token stands: `$request.header.<name>` or `$request.querystring.<name>`.
   *
   * @default $request.header.Authorization
   */
  readonly identitySource?: string;

  /**
   * Tells this authorizer from another of its kind: letters, digits, `_` and `-`, starting with a letter. Changing
   * it replaces the authorizer.
   *
   * @default jwt
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.cognito()`.
 *
 * @example
 * const options: CognitoAuthorizerOptions = { userPool, userPoolClients: [userPool.addClient('Web')] };
 */
export interface CognitoAuthorizerOptions {
  /** The user pool whose tokens are accepted. */
  readonly userPool: IUserPool;

  /**
   * The clients whose tokens are accepted. An HTTP API needs at least one. A REST API accepts the tokens of every
   * client of the pool, so that a list is an error there.
   *
   * @default - none
   */
  readonly userPoolClients?: IUserPoolClient[];

  /**
   * Tells this authorizer from another of its kind: letters, digits, `_` and `-`, starting with a letter. Changing
   * it replaces the authorizer.
   *
   * @default cognito
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.lambda()`.
 *
 * @example
 * const options: LambdaAuthorizerOptions = { handler, identityHeader: 'x-session', resultsCacheTtl: Duration.minutes(1) };
 */
export interface LambdaAuthorizerOptions {
  /**
   * The function. It answers an HTTP API in the simple format (`{ isAuthorized }`), and a REST API (a request
   * authorizer) with an IAM policy.
   *
   * A function of another account must allow the API itself: a warning has the command that its owners run.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
   */
  readonly handler: IFunction;

  /**
   * The header that identifies the caller. A request without it is refused with 401, and the function is not asked.
   *
   * @default Authorization
   */
  readonly identityHeader?: string;

  /**
   * How long an answer is cached, 0 to 1 hour in whole seconds. It is cached for one value of the identity header
   * on one route (of a REST API: on one method and resource), so a function that looks at anything else, such as path
   * parameters, wants 0.
   *
   * @default Duration.minutes(5)
   */
  readonly resultsCacheTtl?: Duration;

  /**
   * Tells this authorizer from another of its kind: letters, digits, `_` and `-`, starting with a letter. Changing
   * it replaces the authorizer.
   *
   * @default lambda
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.apiKey()`.
 *
 * @example
 * const options: ApiKeyAuthorizerOptions = { keys: [new ApiKey(this, 'Partner')] };
 */
export interface ApiKeyAuthorizerOptions {
  /**
   * The accepted keys.
   *
   * @default - one key made here; read its value in the console
   */
  readonly keys?: IApiKey[];
}

/**
 * An authorizer that an HTTP API can use.
 *
 * @example
 * const authorizer: IHttpApiAuthorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export interface IHttpApiAuthorizer {
  /** The authorization type of a route of an HTTP API: `NONE`, `AWS_IAM`, `JWT` or `CUSTOM`. */
  readonly httpApiAuthorizationType: string;
}

/**
 * An authorizer that a REST API can use.
 *
 * @example
 * const authorizer: IRestApiAuthorizer = Authorizer.apiKey();
 */
export interface IRestApiAuthorizer {
  /** The authorization type of a method of a REST API: `NONE`, `AWS_IAM`, `COGNITO_USER_POOLS` or `CUSTOM`. */
  readonly restApiAuthorizationType: string;
}

/**
 * Who may use a route. One must be chosen for every route, on the edge or on the route itself.
 *
 * @example
 * const authorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export abstract class Authorizer {
  /** A JSON Web Token of any OpenID Connect issuer. HTTP API only. */
  public static jwt(options: JwtAuthorizerOptions): JwtAuthorizer {
    return new JwtAuthorizer(options);
  }

  /** A token of an Amazon Cognito user pool. */
  public static cognito(options: CognitoAuthorizerOptions): CognitoAuthorizer {
    return new CognitoAuthorizer(options);
  }

  /** A decision of a Lambda function. */
  public static lambda(options: LambdaAuthorizerOptions): LambdaAuthorizer {
    return new LambdaAuthorizer(options);
  }

  /** AWS credentials (SigV4) with `execute-api:Invoke`, which `grantInvoke()` of the edge's handle gives. */
  public static iam(): IamAuthorizer {
    return new IamAuthorizer();
  }

  /** An API key of a usage plan, in the header `x-api-key`. REST API only. A key identifies a client; it is no login. */
  public static apiKey(options: ApiKeyAuthorizerOptions = {}): ApiKeyAuthorizer {
    return new ApiKeyAuthorizer(options);
  }

  /** No check: the route is public. */
  public static none(): NoAuthorizer {
    return new NoAuthorizer();
  }

  /** @internal */
  public readonly _type = 'Authorizer';

  /** @internal */
  public abstract readonly _kind: string;
  /** @internal */
  public readonly _jwt?: JwtAuthorizerOptions;
  /** @internal */
  public readonly _cognito?: CognitoAuthorizerOptions;
  /** @internal */
  public readonly _lambda?: LambdaAuthorizerOptions;
  /** @internal */
  public readonly _apiKey?: ApiKeyAuthorizerOptions;

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._jwt ?? this._cognito ?? this._lambda ?? this._apiKey, { kind: this._kind });
  }

  /** @internal */
  public get _id(): string {
    return (this._jwt ?? this._cognito ?? this._lambda)?.name ?? this._kind;
  }
}

/**
 * Checks a JSON Web Token of any OpenID Connect issuer.
 *
 * @example
 * const authorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export class JwtAuthorizer extends Authorizer implements IHttpApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'JWT';
  /** @internal */
  public readonly _kind: string = 'jwt';
  /** @internal */
  public override readonly _jwt: JwtAuthorizerOptions;

  public constructor(options: JwtAuthorizerOptions) {
    super();
    this._jwt = options;
  }
}

/**
 * Checks a token of an Amazon Cognito user pool.
 *
 * @example
 * const authorizer = Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Web')] });
 */
export class CognitoAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'JWT';
  public readonly restApiAuthorizationType: string = 'COGNITO_USER_POOLS';
  /** @internal */
  public readonly _kind: string = 'cognito';
  /** @internal */
  public override readonly _cognito: CognitoAuthorizerOptions;

  public constructor(options: CognitoAuthorizerOptions) {
    super();
    this._cognito = options;
  }
}

/**
 * Asks a Lambda function.
 *
 * @example
 * const authorizer = Authorizer.lambda({ handler });
 */
export class LambdaAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'CUSTOM';
  public readonly restApiAuthorizationType: string = 'CUSTOM';
  /** @internal */
  public readonly _kind: string = 'lambda';
  /** @internal */
  public override readonly _lambda: LambdaAuthorizerOptions;

  public constructor(options: LambdaAuthorizerOptions) {
    super();
    this._lambda = options;
  }
}

/**
 * Checks that a request is signed with AWS credentials that have `execute-api:Invoke`.
 *
 * @example
 * const authorizer = Authorizer.iam();
 */
export class IamAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'AWS_IAM';
  public readonly restApiAuthorizationType: string = 'AWS_IAM';
  /** @internal */
  public readonly _kind: string = 'iam';

  public constructor() {
    super();
  }
}

/**
 * Checks an API key of a usage plan.
 *
 * @example
 * const authorizer = Authorizer.apiKey();
 */
export class ApiKeyAuthorizer extends Authorizer implements IRestApiAuthorizer {
  public readonly restApiAuthorizationType: string = 'NONE';
  /** @internal */
  public readonly _kind: string = 'apiKey';
  /** @internal */
  public override readonly _apiKey: ApiKeyAuthorizerOptions;

  public constructor(options: ApiKeyAuthorizerOptions = {}) {
    super();
    this._apiKey = options;
  }
}

/**
 * Checks nothing: the route is public.
 *
 * @example
 * const authorizer = Authorizer.none();
 */
export class NoAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'NONE';
  public readonly restApiAuthorizationType: string = 'NONE';
  /** @internal */
  public readonly _kind: string = 'none';

  public constructor() {
    super();
  }
}
