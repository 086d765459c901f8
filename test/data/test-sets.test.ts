import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {arrangeTestSets} from '../../lib/data/test-sets.ts'

const id = [1, 2, 3, 4, 5, 6]
const official = ['train', 'train', 'test', 'test', 'test', 'test'] as const
const inShop = {name: 'in-shop', queries: [5, 3], gallery: [4, 6]}
const split = (text: string) => text.split(' ')

describe('the test sets of a data set', () => {
  test('lie in the split of their images, by ascending id, each with its role', () => {
    const sets = {id, official, testSets: [inShop, {name: 'all', queries: [3, 4], gallery: [4, 3]}]}
    for (const own of ['test', 'val']) {
      const {members, problems, notes} = arrangeTestSets(sets, [...split('train train'), own, own, own, own])
      assert.deepEqual(members, {
        split: Array(6).fill(own),
        set: ['in-shop', 'in-shop', 'in-shop', 'in-shop', 'all', 'all'],
        id: Int32Array.of(3, 4, 5, 6, 3, 4),
        role: ['query', 'gallery', 'query', 'gallery', 'both', 'both'],
      })
      assert.deepEqual([problems, notes], [[], []])
    }
  })

  test('are none where the data set has none, or nobody measures them', () => {
    assert.equal(arrangeTestSets({id}, split('train train val val test test')).members.id.length, 0)
    const unused = arrangeTestSets({id, official, testSets: [inShop]}, split('train val unused unused unused unused'))
    assert.deepEqual([unused.members.id.length, unused.notes], [0, []])
  })

  test('are left out, with the reason, where a protocol cuts them or adds training images to them', () => {
    const notes = (text: string) => {
      const arranged = arrangeTestSets({id, official, testSets: [inShop]}, split(text))
      assert.equal(arranged.members.id.length, 0)
      return arranged.notes
    }
    assert.deepEqual(notes('train train train val test test'), [
      'Test set in-shop of the data set is not used, for the protocol puts its images into test and train and val. Every measured image queries all others of its split.',
    ])
    assert.deepEqual(notes('train val val val val val'), [
      'Test set in-shop of the data set is not used, for the protocol measures others with it in val. Every measured image queries all others of its split.',
    ])
  })

  test('are refused without queries or without a gallery; measured images in none of them are told', () => {
    const own = split('train train test test test test')
    const without = (part: 'queries' | 'gallery') =>
      arrangeTestSets({id, official, testSets: [{...inShop, [part]: []}]}, own).problems
    assert.match(without('queries')[0]!, /^Test set in-shop has no image to ask with\./)
    assert.match(without('gallery')[0]!, /^Test set in-shop has no image to be found\./)
    const some = arrangeTestSets({id, official, testSets: [{...inShop, gallery: [4]}]}, own)
    assert.deepEqual(some.notes, ['Images of split test that are neither query nor gallery (1): 6.'])
  })
})
