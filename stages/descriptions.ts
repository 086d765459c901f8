// What `npx nearmiss losses` and `npx nearmiss miners` show: loaded by path, as the catalogue is.
import {describeLosses, describeMiners, describeRegularizers} from '../lib/objectives/describe.ts'

export const descriptions = {losses: describeLosses, miners: describeMiners, regularizers: describeRegularizers}
