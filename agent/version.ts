/** The agent's version, reported to the service; a test keeps it equal to package.json's. */
export const AGENT_VERSION = '0.1.0';
