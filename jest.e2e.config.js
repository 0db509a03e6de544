// Only for `--config jest.e2e.config.js`, while both spellings are in use.
module.exports = require('./jest.config.js').projects[1];
