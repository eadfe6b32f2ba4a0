export {
  AnalysisTimeoutError,
  createAnalysisPool,
  OverloadedError,
  type AnalysisPool,
  type AnalysisPoolOptions,
} from './analysis-pool.js';
