/** Operations of board groups, their chat and memory, and of the figures of goals. */
import * as groups from './board-groups.ts'
import { board } from './entities.ts'
import { metricReport } from './goals.ts'
import type { Operation } from './operations.ts'
import { ok, page, pageQuery } from './primitives.ts'

const anyAgent = ['agent-main', 'agent-lead', 'agent-worker'] as const
const boardAgent = ['agent-lead', 'agent-worker'] as const

// oxfmt-ignore
export const boardGroupOperations = {
  listBoardGroups: { method: 'GET', path: '/board-groups', auth: 'operator', tags: ['board groups'], summary: 'Board groups, by name', query: pageQuery, response: page(groups.boardGroup) },
  createBoardGroup: { method: 'POST', path: '/board-groups', auth: 'operator', tags: ['board groups'], summary: 'Create a group, with boards if you like', body: groups.boardGroupCreate, status: 201, response: groups.boardGroup },
  getBoardGroup: { method: 'GET', path: '/board-groups/{board_group_id}', auth: 'operator', tags: ['board groups'], summary: 'One group', response: groups.boardGroup },
  updateBoardGroup: { method: 'PATCH', path: '/board-groups/{board_group_id}', auth: 'operator', tags: ['board groups'], summary: 'Rename or describe a group; boards join with their board_group_id', body: groups.boardGroupUpdate, response: groups.boardGroup },
  deleteBoardGroup: { method: 'DELETE', path: '/board-groups/{board_group_id}', auth: 'operator', tags: ['board groups'], summary: 'Delete a group and its chat; its boards stay', response: ok },
  getBoardGroupSnapshot: { method: 'GET', path: '/board-groups/{board_group_id}/snapshot', auth: 'operator', tags: ['board groups'], summary: 'The boards of a group with their most pressing tasks', query: groups.groupSnapshotQuery, response: groups.groupSnapshot },
  getGroupSnapshotOfBoard: { method: 'GET', path: '/boards/{board_id}/group-snapshot', auth: 'operator', tags: ['board groups'], summary: "The boards of this board's group; without a group an empty list", query: groups.boardGroupSnapshotQuery, response: groups.groupSnapshot },
  applyGroupHeartbeat: { method: 'POST', path: '/board-groups/{board_group_id}/heartbeat', auth: 'operator', tags: ['board groups'], summary: 'Give all agents of all boards of a group one interval', body: groups.groupHeartbeatApply, response: groups.groupHeartbeatApplied },
  listGroupMemory: { method: 'GET', path: '/board-groups/{board_group_id}/memory', auth: 'operator', tags: ['board groups'], summary: 'Chat and memory of a group, newest first', query: groups.groupMemoryQuery, response: page(groups.groupMemory) },
  createGroupMemory: { method: 'POST', path: '/board-groups/{board_group_id}/memory', auth: 'operator', tags: ['board groups'], summary: 'Write to a group; with the tag `chat` the leads and whoever is mentioned hear of it, with `broadcast` or @all every agent', body: groups.groupMemoryCreate, status: 201, response: groups.groupMemory },
  listGroupMemoryOfBoard: { method: 'GET', path: '/boards/{board_id}/group-memory', auth: 'operator', tags: ['board groups'], summary: "Chat and memory of this board's group, newest first", query: groups.groupMemoryQuery, response: page(groups.groupMemory) },
  createGroupMemoryOfBoard: { method: 'POST', path: '/boards/{board_id}/group-memory', auth: 'operator', tags: ['board groups'], summary: "Write to this board's group", body: groups.groupMemoryCreate, status: 201, response: groups.groupMemory },
  agentGroupSnapshot: { method: 'GET', path: '/agent/boards/{board_id}/group-snapshot', auth: 'agent', tags: anyAgent, summary: 'What the other boards of your group work on', query: groups.boardGroupSnapshotQuery, response: groups.groupSnapshot },
  agentGroupMemory: { method: 'GET', path: '/agent/boards/{board_id}/group-memory', auth: 'agent', tags: anyAgent, summary: 'Chat and memory of your group, newest first', query: groups.groupMemoryQuery, response: page(groups.groupMemory) },
  agentCreateGroupMemory: { method: 'POST', path: '/agent/boards/{board_id}/group-memory', auth: 'agent', tags: boardAgent, summary: 'Write to your group; with the tag `chat` the leads and whoever is mentioned hear of it', body: groups.groupMemoryCreate, status: 201, response: groups.groupMemory },
  agentGroupHeartbeat: { method: 'POST', path: '/agent/boards/{board_id}/group-heartbeat', auth: 'agent', tags: ['agent-lead'], summary: 'Give all agents of your group one interval (leads)', body: groups.groupHeartbeatApply, response: groups.groupHeartbeatApplied },
  agentReportMetric: { method: 'POST', path: '/agent/boards/{board_id}/metrics', auth: 'agent', tags: ['agent-lead'], summary: 'Say where a figure of the goal of your board stands (leads)', body: metricReport, response: board },
} as const satisfies Record<string, Operation>
