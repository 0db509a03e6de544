/** A system of a dozen tasks takes its time to start on two cores. */
jest.setTimeout(180_000);

// The functions run on Node.js 22 in Lambda, and are run here on what the tests run on.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
