/** The example in express-service's README: its process. */
// #region serve
import { serve } from '@quartet/express-service';
import { createApp } from './service';

void serve(createApp, { name: 'users', port: 3000 });
// #endregion
