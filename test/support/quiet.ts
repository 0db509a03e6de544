import { isReportOfOwnWarnings } from './warning-report';

/**
 * Leaves out what tests would print as it is expected, so that what they print is worth reading:
 *
 * - The warnings of this library, of which the CDK prints a report whenever it synthesizes. Tests read annotations. Whatever else it
 *   finds is printed: errors, and warnings of the CDK's own.
 * - That the AWS SDK will ask for another version of Node.js. The functions run on Node.js 22 in Lambda, and are run here on what the
 *   tests run on.
 */
const print = console.error.bind(console);
console.error = (...texts: unknown[]): void => {
  if (texts.length !== 1 || !isReportOfOwnWarnings(texts[0])) print(...texts);
};

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
