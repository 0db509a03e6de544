/** Of all kinds of API Gateway. */
export const NO_LOGIN = { no: 'API Gateway has no login page, and keeps no sessions' };
