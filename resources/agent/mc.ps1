# Talks to OpenClaw Mission Control for the agent whose workspace this is. Windows PowerShell 5.1 or later.
# The token is read from the file next to this one and goes into a request header: it stands in no argument and no output.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# Older systems write the console in their own code page; the API speaks UTF-8.
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$words = New-Object System.Collections.ArrayList
foreach ($word in $args) { [void]$words.Add([string]$word) }

function Show-Usage {
  @'
Usage: mc [--board BOARD_ID] COMMAND

  heartbeat                        check in: say that you are awake
  whoami                           who you are, and whether your token works
  task list [STATUS|all]           your tasks; with a status or "all", the tasks of your board
  task show TASK_ID [N]            one task and the last 50 (N) comments of its thread
  task history TASK_ID             what happened to it, newest first
  task claim TASK_ID               take it and start
  task comment TASK_ID TEXT [FILE...]
                                   write in its thread ("-" reads the text from standard input),
                                   with files
  task status TASK_ID STATUS [TEXT]
                                   inbox, in_progress, review, blocked or done; TEXT says why
                                   (required for blocked)
  task create TITLE [TEXT] [AGENT_ID]
                                   a new task on your board, for somebody (leads)
  task assign TASK_ID AGENT_ID[,AGENT_ID...]
                                   hand it to somebody (leads); "agents" lists who there is
  task set TASK_ID priority low|medium|high|urgent
  task set TASK_ID due_at 2026-01-31T17:00:00Z
  task set TASK_ID depends_on TASK_ID[,TASK_ID...]
                                   change it (leads); "-" takes due_at or depends_on away
  task delete TASK_ID              delete it with its thread (leads)
  search WORDS                     tasks, comments, documents and memory of your board with all words
  request TASK_ID NAME[,NAME...] TEXT
                                   ask agents of your board for an answer on a task ("-" reads the
                                   text from standard input); the answer is delivered to you
  ask QUESTION [TASK_ID]           ask a person; the answer is delivered to you later
  approval list                    the approvals of your board
  approval request TASK_ID ACTION_TYPE CONFIDENCE REASON
                                   ask a person to approve; CONFIDENCE is 0 to 100,
                                   TASK_ID "-" when it belongs to no task
  doc list [TASK_ID]               the documents of your board, or those of a task
  doc show DOCUMENT_ID             one document with its content
  doc new TITLE FILE [TASK_ID]     write a document (Markdown; "-" reads it from standard input)
  doc write DOCUMENT_ID FILE [VERSION]
                                   give it another content; VERSION is the one you read:
                                   refused when somebody changed it since
  file list TASK_ID                the files of a task
  file add TASK_ID FILE            attach a file: picture, pdf, doc, docx, txt, csv, json, md
  file get FILE_ID PATH            save an attached file
  chat [list]                      the chat of your board, newest first
  chat say TEXT                    write to its lead and whom you mention ("-" reads standard input)
  memory [list]                    chat and notes of your board, newest first
  memory add TEXT                  a note that all agents of the board can read ("-" reads standard input)
  payload WEBHOOK_ID PAYLOAD_ID    the whole of what came through a webhook
  group [list]                     what the boards of your group say, newest first
  group boards                     what they work on
  group say TEXT                   write to their leads and whom you mention ("-" reads standard input)
  group broadcast TEXT             write to every agent of your group
  metric NAME NUMBER               where a figure of your board's goal stands (leads)
  agents                           the agents you work with
  agent add NAME [ROLE]            a new worker on your board (leads)
  agent nudge AGENT_ID TEXT        tell a worker something outside any task (leads)
  agent remove AGENT_ID            remove a worker of your board (leads)
  lead say BOARD_ID TEXT           tell the lead of a board something (main agents)
  lead broadcast TEXT              tell the leads of all boards (main agents)
  boards                           the boards you may see
'@
}

function Stop-WithMessage([string]$message, [int]$code = 1) {
  [Console]::Error.WriteLine("mc: $message")
  exit $code
}

function Get-Word([int]$index) {
  if ($index -lt $words.Count) { return $words[$index] }
  return ''
}

function Test-Id([string]$id) {
  if ($id -notmatch '^[A-Za-z0-9-]+$') { Stop-WithMessage "not an id: $id" 2 }
  return $id
}

$boardId = ''
if ((Get-Word 0) -eq '--board') {
  $boardId = Test-Id (Get-Word 1)
  $words.RemoveRange(0, 2)
}
$command = Get-Word 0
if ($command -eq '' -or $command -eq 'help' -or $command -eq '-h' -or $command -eq '--help') {
  Show-Usage
  exit 0
}

$file = Join-Path $PSScriptRoot 'credentials'
if (-not (Test-Path -LiteralPath $file)) { Stop-WithMessage "no credentials in $PSScriptRoot; ask for this agent to be provisioned again" }
$credentials = @{}
foreach ($line in [System.IO.File]::ReadAllLines($file)) {
  $cut = $line.IndexOf('=')
  if ($cut -gt 0) { $credentials[$line.Substring(0, $cut)] = $line.Substring($cut + 1).Trim() }
}
$baseUrl = [string]$credentials['BASE_URL']
$agentId = [string]$credentials['AGENT_ID']
$token = [string]$credentials['AUTH_TOKEN']
if ($boardId -eq '') { $boardId = [string]$credentials['BOARD_ID'] }
if ($baseUrl -eq '' -or $token -eq '') { Stop-WithMessage "the credentials in $PSScriptRoot are not complete; ask for a token re-sync" }

function Get-Board {
  if ($boardId -eq '') { Stop-WithMessage 'you belong to no board: name one with --board BOARD_ID (see "mc boards")' 2 }
  return Test-Id $boardId
}

# $file: bytes to send instead of JSON, with their name; $saveTo: where the answer goes instead of the output.
function Invoke-Api([string]$method, [string]$path, $body = $null, $file = $null, [string]$saveTo = '') {
  $request = [System.Net.WebRequest]::Create("$baseUrl/api/v1/agent$path")
  $request.Method = $method
  $request.Timeout = 60000
  $request.AllowAutoRedirect = $false
  if ($request.RequestUri.IsLoopback) { $request.Proxy = $null }
  $request.Accept = 'application/json'
  $request.Headers.Add('X-Agent-Token', $token)
  try {
    if ($null -ne $file) {
      $request.ContentType = 'application/octet-stream'
      $request.Headers.Add('X-File-Name', [System.Uri]::EscapeDataString($file.Name))
      $request.ContentLength = $file.Bytes.Length
      $stream = $request.GetRequestStream()
      $stream.Write($file.Bytes, 0, $file.Bytes.Length)
      $stream.Close()
    } elseif ($null -ne $body) {
      $bytes = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $body -Compress))
      $request.ContentType = 'application/json'
      $request.ContentLength = $bytes.Length
      $stream = $request.GetRequestStream()
      $stream.Write($bytes, 0, $bytes.Length)
      $stream.Close()
    }
    $response = $request.GetResponse()
  } catch [System.Net.WebException] {
    $response = $_.Exception.Response
    if ($null -eq $response) { Stop-WithMessage "Mission Control does not answer at $baseUrl ($($_.Exception.Status))" }
  }
  $status = [int]$response.StatusCode
  if ($saveTo -ne '' -and $status -ge 200 -and $status -lt 300) {
    $target = [System.IO.File]::Create($saveTo)
    $response.GetResponseStream().CopyTo($target)
    $target.Close()
    $response.Close()
    Write-Output "saved $saveTo"
    return
  }
  $reader = New-Object System.IO.StreamReader($response.GetResponseStream(), [System.Text.Encoding]::UTF8)
  $text = $reader.ReadToEnd()
  $reader.Close()
  $response.Close()
  # A refusal is shown even where the answer is read by us.
  if ($status -ge 200 -and $status -lt 300) { Write-Output $text } else { [Console]::Out.WriteLine($text) }
  if ($status -eq 401) { Stop-WithMessage 'your token was refused (401); a person must re-sync it, trying again does not help' }
  if ($status -lt 200 -or $status -ge 300) { Stop-WithMessage "refused with status $status, see above" }
}

# The ids between the commas.
function Get-Ids([string]$list) {
  foreach ($id in $list.Split(',')) { Test-Id $id }
}

# A path as the shell means it: .NET has a current folder of its own.
function Get-FullPath([string]$path) {
  return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)
}

function Get-Upload([string]$path) {
  if ($path -eq '' -or -not (Test-Path -LiteralPath $path -PathType Leaf)) { Stop-WithMessage "there is no file to read: $path" 2 }
  $full = Get-FullPath $path
  return @{ Name = [System.IO.Path]::GetFileName($full); Bytes = [System.IO.File]::ReadAllBytes($full) }
}

function Invoke-Task {
  $board = Get-Board
  $action = Get-Word 1
  switch ($action) {
    'list' {
      $filter = Get-Word 2
      if ($filter -eq '') { Invoke-Api 'GET' "/boards/$board/tasks?assigned_agent_id=$agentId" }
      elseif ($filter -eq 'all') { Invoke-Api 'GET' "/boards/$board/tasks" }
      elseif ($filter -match '^[a-z_]+$') { Invoke-Api 'GET' "/boards/$board/tasks?status=$filter" }
      else { Stop-WithMessage "not a status: $filter" 2 }
    }
    'show' {
      $id = Test-Id (Get-Word 2)
      $last = Get-Word 3
      if ($last -eq '') { $last = '50' }
      if ($last -notmatch '^[1-9][0-9]{0,8}$') { Stop-WithMessage "how many comments? not: $last" 2 }
      Invoke-Api 'GET' "/boards/$board/tasks/$id"
      Invoke-Api 'GET' "/boards/$board/tasks/$id/comments?last=$last"
    }
    'history' { Invoke-Api 'GET' "/boards/$board/tasks/$(Test-Id (Get-Word 2))/activity?limit=50" }
    'claim' { Invoke-Api 'PATCH' "/boards/$board/tasks/$(Test-Id (Get-Word 2))" @{ status = 'in_progress' } }
    'comment' {
      $id = Test-Id (Get-Word 2)
      $text = Get-Word 3
      if ($text -eq '') { Stop-WithMessage 'what is the comment? (mc task comment TASK_ID TEXT [FILE...])' 2 }
      if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
      $body = @{ message = $text }
      if ($words.Count -gt 4) {
        $files = @($words.GetRange(4, $words.Count - 4) | ForEach-Object { Get-Upload $_ })
        $body['attachment_ids'] = @($files | ForEach-Object {
          $answer = Invoke-Api 'POST' "/boards/$board/tasks/$id/attachments" $null $_
          (ConvertFrom-Json -InputObject $answer).id
        })
      }
      Invoke-Api 'POST' "/boards/$board/tasks/$id/comments" $body
    }
    'set' {
      $id = Test-Id (Get-Word 2)
      $value = Get-Word 4
      if ($value -eq '') { Stop-WithMessage 'what changes? (mc task set TASK_ID priority|due_at|depends_on VALUE)' 2 }
      switch (Get-Word 3) {
        'priority' { $body = @{ priority = $value } }
        'due_at' { if ($value -eq '-') { $body = @{ due_at = $null } } else { $body = @{ due_at = $value } } }
        'depends_on' { if ($value -eq '-') { $body = @{ depends_on_task_ids = @() } } else { $body = @{ depends_on_task_ids = @(Get-Ids $value) } } }
        default { Stop-WithMessage "priority, due_at or depends_on, not: $(Get-Word 3)" 2 }
      }
      Invoke-Api 'PATCH' "/boards/$board/tasks/$id" $body
    }
    'delete' { Invoke-Api 'DELETE' "/boards/$board/tasks/$(Test-Id (Get-Word 2))" }
    'status' {
      $status = Get-Word 3
      $text = Get-Word 4
      if ($status -eq '') { Stop-WithMessage 'which status? (mc task status TASK_ID STATUS [TEXT])' 2 }
      $body = @{ status = $status }
      if ($text -ne '' -and $status -eq 'blocked') { $body['blocked_reason'] = $text }
      elseif ($text -ne '') { $body['comment'] = $text }
      Invoke-Api 'PATCH' "/boards/$board/tasks/$(Test-Id (Get-Word 2))" $body
    }
    'assign' {
      Invoke-Api 'PATCH' "/boards/$board/tasks/$(Test-Id (Get-Word 2))" @{ assigned_agent_ids = @(Get-Ids (Get-Word 3)) }
    }
    'create' {
      $title = Get-Word 2
      if ($title -eq '') { Stop-WithMessage 'what is the title? (mc task create TITLE [TEXT])' 2 }
      $body = @{ title = $title; description = (Get-Word 3) }
      if ((Get-Word 4) -ne '') { $body['assigned_agent_ids'] = @((Test-Id (Get-Word 4))) }
      Invoke-Api 'POST' "/boards/$board/tasks" $body
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Ask {
  $board = Get-Board
  $text = Get-Word 1
  if ($text -eq '') { Stop-WithMessage 'what is the question? (mc ask QUESTION [TASK_ID])' 2 }
  if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
  $body = @{ content = $text }
  if ((Get-Word 2) -ne '') { $body['task_id'] = Test-Id (Get-Word 2) }
  Invoke-Api 'POST' "/boards/$board/gateway/main/ask-user" $body
}

function Invoke-Request {
  $board = Get-Board
  $id = Test-Id (Get-Word 1)
  $names = @((Get-Word 2).Split(',') | ForEach-Object { $_.Trim() } | Where-Object { $_ -ne '' })
  $text = Get-Word 3
  if ($names.Count -eq 0 -or $text -eq '') { Stop-WithMessage 'whom do you ask, and what? (mc request TASK_ID NAME[,NAME...] TEXT)' 2 }
  if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
  Invoke-Api 'POST' "/boards/$board/tasks/$id/response-requests" @{ recipients = $names; message = $text }
}

function Invoke-Approval {
  $board = Get-Board
  switch (Get-Word 1) {
    'list' { Invoke-Api 'GET' "/boards/$board/approvals" }
    'request' {
      if ($words.Count -lt 6) { Stop-WithMessage 'what is asked? (mc approval request TASK_ID ACTION_TYPE CONFIDENCE REASON)' 2 }
      $confidence = Get-Word 4
      if ($confidence -notmatch '^[0-9]{1,9}$') { Stop-WithMessage "the confidence is a whole number from 0 to 100, not: $confidence" 2 }
      $body = @{ action_type = (Get-Word 3); confidence = [int]$confidence; lead_reasoning = (Get-Word 5) }
      if ((Get-Word 2) -ne '-') { $body['task_id'] = Test-Id (Get-Word 2) }
      Invoke-Api 'POST' "/boards/$board/approvals" $body
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Get-Content-Of([string]$path) {
  if ($path -eq '') { Stop-WithMessage 'which file? ("-" is standard input)' 2 }
  if ($path -eq '-') { return [Console]::In.ReadToEnd() }
  if (-not (Test-Path -LiteralPath $path -PathType Leaf)) { Stop-WithMessage "there is no file to read: $path" 2 }
  return [System.IO.File]::ReadAllText((Get-FullPath $path))
}

function Invoke-Doc {
  $board = Get-Board
  switch (Get-Word 1) {
    'list' {
      if ((Get-Word 2) -eq '') { Invoke-Api 'GET' "/boards/$board/documents" }
      else { Invoke-Api 'GET' "/boards/$board/documents?task_id=$(Test-Id (Get-Word 2))" }
    }
    'show' { Invoke-Api 'GET' "/boards/$board/documents/$(Test-Id (Get-Word 2))" }
    'new' {
      $title = Get-Word 2
      if ($title -eq '') { Stop-WithMessage 'what is the title? (mc doc new TITLE FILE [TASK_ID])' 2 }
      $body = @{ title = $title; content = [string](Get-Content-Of (Get-Word 3)) }
      if ((Get-Word 4) -ne '') {
        $body['task_id'] = Test-Id (Get-Word 4)
        $body['type'] = 'deliverable'
      }
      Invoke-Api 'POST' "/boards/$board/documents" $body
    }
    'write' {
      $id = Test-Id (Get-Word 2)
      $version = Get-Word 4
      if ($version -ne '' -and $version -notmatch '^[1-9][0-9]{0,8}$') { Stop-WithMessage "a version is a whole number, not: $version" 2 }
      $body = @{ content = [string](Get-Content-Of (Get-Word 3)) }
      if ($version -ne '') { $body['base_version'] = [int]$version }
      Invoke-Api 'PATCH' "/boards/$board/documents/$id" $body
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-File {
  $board = Get-Board
  switch (Get-Word 1) {
    'list' { Invoke-Api 'GET' "/boards/$board/tasks/$(Test-Id (Get-Word 2))/attachments" }
    'add' {
      $id = Test-Id (Get-Word 2)
      Invoke-Api 'POST' "/boards/$board/tasks/$id/attachments" $null (Get-Upload (Get-Word 3))
    }
    'get' {
      if ((Get-Word 3) -eq '') { Stop-WithMessage 'save it where? (mc file get FILE_ID PATH)' 2 }
      Invoke-Api 'GET' "/boards/$board/attachments/$(Test-Id (Get-Word 2))/content" $null $null (Get-FullPath (Get-Word 3))
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Chat {
  $board = Get-Board
  switch (Get-Word 1) {
    { $_ -eq '' -or $_ -eq 'list' } { Invoke-Api 'GET' "/boards/$board/memory?is_chat=true&limit=20" }
    'say' {
      $text = Get-Word 2
      if ($text -eq '') { Stop-WithMessage 'what do you say? (mc chat say TEXT)' 2 }
      if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
      Invoke-Api 'POST' "/boards/$board/memory" @{ content = $text; tags = @('chat') }
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Memory {
  $board = Get-Board
  switch (Get-Word 1) {
    { $_ -eq '' -or $_ -eq 'list' } { Invoke-Api 'GET' "/boards/$board/memory?limit=50" }
    'add' {
      $text = Get-Word 2
      if ($text -eq '') { Stop-WithMessage 'what is the note? (mc memory add TEXT)' 2 }
      if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
      Invoke-Api 'POST' "/boards/$board/memory" @{ content = $text }
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Agent {
  switch (Get-Word 1) {
    'add' {
      if ((Get-Word 2) -eq '') { Stop-WithMessage 'what is its name? (mc agent add NAME [ROLE])' 2 }
      $body = @{ name = (Get-Word 2) }
      if ((Get-Word 3) -ne '') { $body['identity_profile'] = @{ role = (Get-Word 3) } }
      Invoke-Api 'POST' '/agents' $body
    }
    'nudge' {
      $board = Get-Board
      $id = Test-Id (Get-Word 2)
      if ((Get-Word 3) -eq '') { Stop-WithMessage 'what do you tell it? (mc agent nudge AGENT_ID TEXT)' 2 }
      Invoke-Api 'POST' "/boards/$board/agents/$id/nudge" @{ message = (Get-Word 3) }
    }
    'remove' {
      $board = Get-Board
      Invoke-Api 'DELETE' "/boards/$board/agents/$(Test-Id (Get-Word 2))"
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Lead {
  switch (Get-Word 1) {
    'say' {
      $id = Test-Id (Get-Word 2)
      if ((Get-Word 3) -eq '') { Stop-WithMessage 'what do you tell it? (mc lead say BOARD_ID TEXT)' 2 }
      Invoke-Api 'POST' "/gateway/boards/$id/lead/message" @{ content = (Get-Word 3) }
    }
    'broadcast' {
      if ((Get-Word 2) -eq '') { Stop-WithMessage 'what do you tell them? (mc lead broadcast TEXT)' 2 }
      Invoke-Api 'POST' '/gateway/leads/broadcast' @{ content = (Get-Word 2) }
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Search {
  $board = Get-Board
  if ((Get-Word 1) -eq '') { Stop-WithMessage 'what are the words? (mc search WORDS)' 2 }
  $query = [System.Uri]::EscapeDataString(($words.GetRange(1, $words.Count - 1) -join ' '))
  Invoke-Api 'GET' "/boards/$board/search?q=$query"
}

function Invoke-Group {
  $board = Get-Board
  $action = Get-Word 1
  switch ($action) {
    { $_ -eq '' -or $_ -eq 'list' } { Invoke-Api 'GET' "/boards/$board/group-memory?is_chat=true&limit=20" }
    'boards' { Invoke-Api 'GET' "/boards/$board/group-snapshot" }
    { $_ -eq 'say' -or $_ -eq 'broadcast' } {
      $text = Get-Word 2
      if ($text -eq '') { Stop-WithMessage "what do you say? (mc group $action TEXT)" 2 }
      if ($text -eq '-') { $text = [Console]::In.ReadToEnd() }
      $tags = @('chat')
      if ($action -eq 'broadcast') { $tags = @('chat', 'broadcast') }
      Invoke-Api 'POST' "/boards/$board/group-memory" @{ content = $text; tags = $tags }
    }
    default {
      [Console]::Error.WriteLine((Show-Usage))
      exit 2
    }
  }
}

function Invoke-Metric {
  $board = Get-Board
  $number = Get-Word 2
  if ((Get-Word 1) -eq '' -or $number -eq '') { Stop-WithMessage 'which figure, and where does it stand? (mc metric NAME NUMBER)' 2 }
  if ($number -notmatch '^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$') { Stop-WithMessage "not a number: $number" 2 }
  $value = [double]::Parse($number, [System.Globalization.CultureInfo]::InvariantCulture)
  Invoke-Api 'POST' "/boards/$board/metrics" @{ name = (Get-Word 1); current = $value }
}

switch ($command) {
  'heartbeat' { Invoke-Api 'POST' '/heartbeat' @{} }
  'whoami' { Invoke-Api 'GET' '/healthz' }
  'task' { Invoke-Task }
  'request' { Invoke-Request }
  'ask' { Invoke-Ask }
  'approval' { Invoke-Approval }
  'doc' { Invoke-Doc }
  'file' { Invoke-File }
  'chat' { Invoke-Chat }
  'memory' { Invoke-Memory }
  'search' { Invoke-Search }
  'payload' {
    $board = Get-Board
    Invoke-Api 'GET' "/boards/$board/webhooks/$(Test-Id (Get-Word 1))/payloads/$(Test-Id (Get-Word 2))"
  }
  'group' { Invoke-Group }
  'metric' { Invoke-Metric }
  'agent' { Invoke-Agent }
  'lead' { Invoke-Lead }
  'agents' { Invoke-Api 'GET' '/agents' }
  'boards' { Invoke-Api 'GET' '/boards' }
  default {
    [Console]::Error.WriteLine((Show-Usage))
    exit 2
  }
}
exit 0
