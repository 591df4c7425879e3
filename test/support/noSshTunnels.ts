/** In place of n8n-core's SSH tunnels, whose manager keeps an interval that keeps the test process alive. */
export const getSSHTunnelFunctions = () => ({});
