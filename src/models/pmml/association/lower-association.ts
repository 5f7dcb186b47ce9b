import type { ModelHead } from '../model-plan.ts'
import { real, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed } from '../xml/element.ts'
import type { AssociationPlan, AssociationRule, Item } from './association-plan.ts'

export function lowerAssociation(element: Element, head: ModelHead): AssociationPlan {
  const items = childrenOf(element, 'Item')
  const byId = new Map(items.map((item, i) => [requiredText(item, 'id'), i]))
  const sets = new Map(childrenOf(element, 'Itemset').map((set) => [requiredText(set, 'id'), itemsOf(set, byId)]))
  return {
    kind: 'AssociationModel',
    head,
    items: items.map(readItem),
    rules: childrenOf(element, 'AssociationRule').map((rule, i) => readRule(rule, i, sets)),
  }
}

function readItem(element: Element): Item {
  const [field, category] = [text(element, 'field'), text(element, 'category')]
  return {
    value: requiredText(element, 'value'),
    ...(field !== undefined && { field }),
    ...(category !== undefined && { category }),
  }
}

function itemsOf(element: Element, byId: ReadonlyMap<string, number>): readonly number[] {
  return childrenOf(element, 'ItemRef').map((ref) => {
    const index = byId.get(requiredText(ref, 'itemRef'))
    if (index === undefined) throw malformed(ref, `names the item '${text(ref, 'itemRef')}', which there is not`)
    return index
  })
}

function readRule(element: Element, index: number, sets: ReadonlyMap<string, readonly number[]>): AssociationRule {
  const setOf = (name: string): readonly number[] => {
    const found = sets.get(requiredText(element, name))
    if (found === undefined) throw malformed(element, `names the itemset '${text(element, name)}', which there is not`)
    return found
  }
  return {
    id: text(element, 'id') ?? String(index + 1),
    antecedent: setOf('antecedent'),
    consequent: setOf('consequent'),
    support: requiredReal(element, 'support'),
    confidence: requiredReal(element, 'confidence'),
    lift: real(element, 'lift') ?? NaN,
    leverage: real(element, 'leverage') ?? NaN,
    affinity: real(element, 'affinity') ?? NaN,
  }
}
