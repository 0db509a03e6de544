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
 * Who may use a route. One must be chosen for every route, on the edge or on the route itself.
 *
 * @example
 * const authorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export class Authorizer {
  /** A JSON Web Token of any OpenID Connect issuer. HTTP API only. */
  public static jwt(options: JwtAuthorizerOptions): Authorizer {
    return new Authorizer('jwt', options?.name, options);
  }

  /** A token of an Amazon Cognito user pool. */
  public static cognito(options: CognitoAuthorizerOptions): Authorizer {
    return new Authorizer('cognito', options?.name, undefined, options);
  }

  /** A Lambda function decides. */
  public static lambda(options: LambdaAuthorizerOptions): Authorizer {
    return new Authorizer('lambda', options?.name, undefined, undefined, options);
  }

  /** AWS credentials (SigV4) with `execute-api:Invoke`. */
  public static iam(): Authorizer {
    return new Authorizer('iam', undefined);
  }

  /** An API key of a usage plan, in the header `x-api-key`. REST API only. A key identifies a client; it is no login. */
  public static apiKey(options: ApiKeyAuthorizerOptions = {}): Authorizer {
    return new Authorizer('apiKey', undefined, undefined, undefined, undefined, options);
  }

  /** Nobody is checked: the route is public. */
  public static none(): Authorizer {
    return new Authorizer('none', undefined);
  }

  /** @internal */
  public readonly _type = 'Authorizer';

  private constructor(
    private readonly kind: string,
    private readonly name: string | undefined,
    /** @internal */
    public readonly _jwt?: JwtAuthorizerOptions,
    /** @internal */
    public readonly _cognito?: CognitoAuthorizerOptions,
    /** @internal */
    public readonly _lambda?: LambdaAuthorizerOptions,
    /** @internal */
    public readonly _apiKey?: ApiKeyAuthorizerOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._jwt ?? this._cognito ?? this._lambda ?? this._apiKey, { kind: this.kind });
  }

  /** @internal */
  public get _id(): string {
    return this.name ?? this.kind;
  }
}
