import type { z } from 'zod'
import { aliasBody, dataTypePolicies, type PolicyBody, policyBody } from '../contract/index.ts'
import type { Route } from '../route.ts'
import type { PolicyService } from '../services.ts'

/** Policies: how the answer is chosen among the models of a data type. */
export function policyRoutes(policies: PolicyService): Route[] {
  return [
    {
      method: 'GET',
      path: '/policies/{dataType}',
      summary: 'The policies by which streams answer a data type, and its aliases of models',
      tag: 'policies',
      answer: dataTypePolicies,
      handle: ({ params }) => policies.show(params['dataType']!),
    },
    {
      method: 'PUT',
      path: '/policies/{dataType}',
      summary: 'Set the policy of a data type: a record of the control topic, in force when this answers',
      tag: 'policies',
      body: policyBody,
      answer: dataTypePolicies,
      handle: ({ params, body }) => policies.set(params['dataType']!, body as PolicyBody),
    },
    {
      method: 'PUT',
      path: '/policies/{dataType}/aliases/{alias}',
      summary: 'Have an alias stand for another model',
      tag: 'policies',
      body: aliasBody,
      answer: dataTypePolicies,
      handle: ({ params, body }) => policies.setAlias(params['dataType']!, params['alias']!, (body as z.infer<typeof aliasBody>).model),
    },
  ]
}
