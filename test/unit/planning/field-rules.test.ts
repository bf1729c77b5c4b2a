import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { fieldTypes, type FieldType } from '../../../native-services/contract/planning.ts'
import {
  checkDefinition,
  checkFieldValue,
  type FieldFacts,
  fieldValueFromText,
  fieldValueToText,
  planFieldValues,
} from '../../../native-services/domain/field-rules.ts'

const field = (type: FieldType, more: Partial<FieldFacts> = {}): FieldFacts => ({
  field_key: 'f',
  label: 'F',
  field_type: type,
  options: type === 'select' ? ['red', 'blue'] : [],
  required: false,
  default_value: null,
  ...more,
})
function refusal(work: () => unknown): { code: string; field: string | undefined } | null {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, field: error.field }
    throw error
  }
  return null
}

describe('values', () => {
  const good: [FieldType, unknown, unknown?][] = [
    ['text', ' one line ', 'one line'],
    ['long_text', 'two\nlines'],
    ['number', 1.5],
    ['number', 0],
    ['boolean', false],
    ['date', '2028-02-29'],
    ['datetime', '2026-03-01T09:00:00+02:00', '2026-03-01T07:00:00.000Z'],
    ['url', 'https://example.org/x?y=1'],
    ['json', { created_at: 7 }],
    ['select', 'blue'],
    ['text', '  ', null],
    ['number', null],
  ]
  it.each(good)('%s takes %j', (type, value, kept = value) => {
    expect(checkFieldValue(field(type), value)).toEqual({ value: kept })
  })
  const bad: [FieldType, unknown][] = [
    ['text', 'two\nlines'],
    ['text', 7],
    ['text', 'x'.repeat(501)],
    ['number', '1'],
    ['number', Number.NaN],
    ['boolean', 'yes'],
    ['date', '2026-02-29'],
    ['date', '2026-2-1'],
    ['datetime', '2026-03-01T09:00:00'],
    ['datetime', '2026-03-01'],
    ['url', 'javascript:alert(1)'],
    ['url', 'example.org'],
    ['select', 'green'],
  ]
  it.each(bad)('%s refuses %j', (type, value) => {
    expect(checkFieldValue(field(type), value)).toHaveProperty('problem')
  })

  it('a value that is kept is kept again as it is, and survives a cell of a table', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fieldTypes),
        fc.oneof(
          fc.string(),
          fc.double(),
          fc.boolean(),
          fc.json().map((text) => JSON.parse(text) as unknown),
          fc.date({ noInvalidDate: true }).map((day) => day.toISOString()),
          fc.webUrl(),
          fc.constantFrom('red', 'blue'),
        ),
        (type, value) => {
          const checked = checkFieldValue(field(type), value)
          if ('problem' in checked || checked.value === null) return
          expect(checkFieldValue(field(type), checked.value)).toEqual(checked)
          const again = checkFieldValue(
            field(type),
            fieldValueFromText({ field_type: type }, fieldValueToText({ field_type: type }, checked.value)),
          )
          expect(again).toEqual(checked)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('what a task ends up with', () => {
  const size = field('number', { field_key: 'size', default_value: 3 })
  const owner = field('text', { field_key: 'owner', required: true })
  const fields = [size, owner]
  it('a new task gets defaults and needs what is required', () => {
    expect(planFieldValues({ fields, current: {}, asked: { owner: 'Ada' }, moment: 'creation' })).toEqual(
      new Map<string, unknown>([
        ['size', 3],
        ['owner', 'Ada'],
      ]),
    )
    expect(refusal(() => planFieldValues({ fields, current: {}, asked: {}, moment: 'creation' }))).toEqual({
      code: 'invalid_request',
      field: 'body.custom_field_values.owner',
    })
  })
  it('a change touches what it names; what is required cannot be taken away, and is asked for when the task leaves the inbox', () => {
    expect(planFieldValues({ fields, current: { size: 3 }, asked: { size: 4 }, moment: 'change' })).toEqual(new Map([['size', 4]]))
    expect(planFieldValues({ fields, current: { size: 3 }, asked: { size: 3 }, moment: 'change' })).toEqual(new Map())
    expect(planFieldValues({ fields, current: { owner: 'Ada' }, asked: undefined, moment: 'leaves_inbox' })).toEqual(new Map())
    expect(refusal(() => planFieldValues({ fields, current: { owner: 'Ada' }, asked: { owner: null }, moment: 'change' }))?.field).toBe(
      'body.custom_field_values.owner',
    )
    expect(refusal(() => planFieldValues({ fields, current: {}, asked: {}, moment: 'leaves_inbox' }))?.field).toBe(
      'body.custom_field_values.owner',
    )
    expect(refusal(() => planFieldValues({ fields, current: {}, asked: { colour: 1 }, moment: 'change' }))?.field).toBe(
      'body.custom_field_values.colour',
    )
  })
})

it('a definition has options where they belong and a default that it takes', () => {
  expect(refusal(() => checkDefinition(field('select', { options: [] })))?.field).toBe('body.options')
  expect(refusal(() => checkDefinition(field('text', { options: ['a'] })))?.field).toBe('body.options')
  expect(refusal(() => checkDefinition(field('number', { default_value: 'x' })))?.field).toBe('body.default_value')
  expect(checkDefinition(field('text', { default_value: ' x ' }))).toBe('x')
})
