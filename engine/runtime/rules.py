"""The rules that a diagram is checked against before it may run: a code, what is wrong and what to do, in two languages.

Texts are templates; ``{name}`` is the element's name or id.
"""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, tuple[str, str]] = {
    # the file
    "notBpmn": (
        "Tệp không phải sơ đồ BPMN 2.0 (thiếu phần tử gốc definitions).",
        "The file is no BPMN 2.0 diagram: its root is not bpmn:definitions.",
    ),
    "noProcess": (
        'Sơ đồ không có quy trình nào thực thi được (isExecutable="true").',
        'The diagram has no executable process (isExecutable="true").',
    ),
    "duplicateId": (
        "Mã “{id}” xuất hiện hơn một lần trong tệp; mỗi phần tử phải có mã riêng.",
        "The id '{id}' occurs more than once in the file; every element needs its own.",
    ),
    "schemaViolation": (
        "“{name}” trái lược đồ XML của BPMN 2.0: {reason}.",
        "'{name}' breaks the XML schema of BPMN 2.0: {reason}.",
    ),
    "duplicateProcess": (
        "Quy trình “{id}” có trong hai tệp của cùng lần ban hành.",
        "Two files of this deployment have a process '{id}'.",
    ),
    "missingId": ("Phần tử {tag} không có mã (id).", "A {tag} has no id."),
    "badId": (
        "Mã “{id}” không hợp lệ; mã bắt đầu bằng chữ hoặc gạch dưới, chỉ gồm chữ, số, “.”, “-”, “_”, dài tối đa 255 ký tự.",
        "'{id}' is no id: it begins with a letter or '_', has letters, digits, '.', '-', '_', and at most 255 of them.",
    ),
    "nameTooLong": (
        "Tên hoặc thuộc tính của “{id}” dài quá {most} ký tự.",
        "A name or attribute of '{id}' has more than {most} characters.",
    ),
    "unknownAttribute": (
        "Thuộc tính motcua:{attribute} không tồn tại; hãy kiểm tra chính tả.",
        "There is no attribute motcua:{attribute}; check its spelling.",
    ),
    "attributeNotHere": (
        "motcua:{attribute} không có tác dụng ở “{name}”; hãy bỏ đi hoặc đặt đúng chỗ.",
        "motcua:{attribute} has no effect on '{name}'; remove it or put it where it belongs.",
    ),
    "nestedTooDeep": (
        "“{name}” nằm sâu hơn {most} cấp quy trình con; hãy tách phần bên trong thành quy trình được gọi.",
        "'{name}' lies deeper than {most} levels of sub-processes; make what is inside a process that is called.",
    ),
    # what is executed
    "notExecuted": (
        "Loại phần tử “{what}” chưa được thực thi; sơ đồ dùng nó thì chưa ban hành được.",
        "'{what}' is not executed yet; a diagram that uses it cannot be deployed.",
    ),
    # references
    "referenceDangling": (
        "“{name}”: {attribute} trỏ tới “{ref}”, nhưng trong tệp không có phần tử đó.",
        "'{name}': {attribute} refers to '{ref}', which the file does not have.",
    ),
    "referenceWrongKind": (
        "“{name}”: {attribute} trỏ tới “{ref}” thuộc loại {found}; phải là {what}.",
        "'{name}': {attribute} refers to '{ref}', a {found}; a {what} is needed.",
    ),
    "laneOfOther": (
        "Làn “{name}” chứa “{ref}” của quy trình khác.",
        "Lane '{name}' holds '{ref}', which is of another process.",
    ),
    "messageFlowEnd": (
        "Luồng thông điệp “{name}” nối với “{ref}” ({kind}); hai đầu chỉ được là bể, hoạt động hoặc sự kiện thông điệp đúng chiều.",
        "Message flow '{name}' touches '{ref}' ({kind}); it joins pools, activities and message events of its direction.",
    ),
    "messageFlowInPool": (
        "Luồng thông điệp “{name}” nằm gọn trong một bể; thông điệp chỉ đi giữa hai bể, trong bể dùng luồng tuần tự.",
        "Message flow '{name}' stays in one pool; messages flow between pools, inside of one run sequence flows.",
    ),
    "dataOutOfReach": (
        "“{name}” trỏ tới đối tượng dữ liệu “{ref}” của quy trình (con) khác, không nhìn thấy từ đây.",
        "'{name}' refers to the data object '{ref}' of another process or sub-process, which cannot be seen from here.",
    ),
    # flows
    "danglingFlow": (
        "Luồng “{id}” nối tới “{ref}”, nhưng không có phần tử đó trong cùng quy trình.",
        "Flow '{id}' refers to '{ref}', which is not in the same process or sub-process.",
    ),
    "flowAcrossScopes": (
        "Luồng “{id}” vượt ra ngoài quy trình con hoặc làn khác; luồng tuần tự không được đi qua ranh giới.",
        "Flow '{id}' crosses the border of a sub-process or pool; sequence flows may not (BPMN 2.0.2, 7.6.1).",
    ),
    "defaultNotOutgoing": (
        "Luồng mặc định “{ref}” không đi ra từ “{name}”.",
        "The default flow '{ref}' does not leave '{name}'.",
    ),
    "conditionMissing": (
        "Luồng “{id}” ra khỏi cổng “{name}” không có điều kiện và không phải mặc định.",
        "Flow '{id}' out of gateway '{name}' has no condition and is not the default.",
    ),
    "conditionRefused": (
        "Điều kiện của luồng “{id}” không hợp lệ: {reason} [{text}]",
        "The condition of flow '{id}' is refused: {reason} [{text}]",
    ),
    "conditionNotAllowed": (
        "Luồng “{id}” ra khỏi “{name}” không được có điều kiện.",
        "Flow '{id}' leaves '{name}', whose flows have no conditions.",
    ),
    # events
    "noStart": (
        "“{name}” không có sự kiện bắt đầu.",
        "'{name}' has no start event.",
    ),
    "severalStarts": (
        "“{name}” có {count} sự kiện bắt đầu loại thường; chỉ được một.",
        "'{name}' has {count} plain start events; one is allowed.",
    ),
    "startNotPlain": (
        "Quy trình con “{name}” phải bắt đầu bằng đúng một sự kiện bắt đầu thường.",
        "Sub-process '{name}' must begin with exactly one plain start event (BPMN 2.0.2, 10.5.2).",
    ),
    "eventSubProcessStart": (
        "Quy trình con sự kiện “{name}” phải có đúng một sự kiện bắt đầu mang định nghĩa sự kiện.",
        "Event sub-process '{name}' must have exactly one start event, with an event definition.",
    ),
    "flowIntoStart": ("Có luồng đi vào sự kiện bắt đầu “{name}”.", "A flow leads into start event '{name}'."),
    "flowOutOfEnd": ("Có luồng đi ra từ sự kiện kết thúc “{name}”.", "A flow leaves end event '{name}'."),
    "flowIntoBoundary": ("Có luồng đi vào sự kiện biên “{name}”.", "A flow leads into boundary event '{name}'."),
    "flowOfEventSubProcess": (
        "Quy trình con sự kiện “{name}” không được có luồng vào hay ra.",
        "Event sub-process '{name}' may have no flow in or out.",
    ),
    "boundaryWithoutHost": (
        "Sự kiện biên “{name}” không gắn vào hoạt động nào có thật ({ref}).",
        "Boundary event '{name}' is attached to no activity ({ref}).",
    ),
    "boundaryWithoutEvent": (
        "Sự kiện biên “{name}” không có định nghĩa sự kiện.",
        "Boundary event '{name}' has no event definition.",
    ),
    "eventNotExecuted": (
        "Sự kiện loại “{what}” tại vị trí này ({where}) chưa được thực thi.",
        "An event of kind '{what}' in this place ({where}) is not executed yet.",
    ),
    "referenceMissing": (
        "“{name}” tham chiếu {what} “{ref}” không được khai báo trong tệp.",
        "'{name}' refers to the {what} '{ref}', which the file does not declare.",
    ),
    "nameMissing": (
        "{what} “{ref}” không có tên (name), nên không thể nhận ra nó.",
        "The {what} '{ref}' has no name, so nothing can be recognised by it.",
    ),
    "timerMissing": (
        "Hẹn giờ của “{name}” không có thời điểm, khoảng thời gian hay chu kỳ.",
        "The timer of '{name}' has no date, duration, cycle or motcua:limit.",
    ),
    "timerRefused": (
        "Hẹn giờ của “{name}” không hợp lệ: {reason} [{text}]",
        "The timer of '{name}' is refused: {reason} [{text}]",
    ),
    "limitRefused": (
        "Thời hạn “{text}” của “{name}” không hợp lệ; viết ví dụ “5 working-days”, “8 working-hours”, “10 calendar-days” hoặc “same-day”.",
        "The limit '{text}' of '{name}' is none; write '5 working-days', '8 working-hours', '10 calendar-days' or 'same-day'.",
    ),
    "statusRefused": (
        "motcua:statusCode=“{text}” của “{name}” không có; trạng thái quốc gia là 1 đến 10.",
        "There is no motcua:statusCode '{text}' ('{name}'); the national statuses are 1 to 10.",
    ),
    "statusMove": (
        "“{name}” có trạng thái {after}, đến sau “{ref}” có trạng thái {before}; bảng trạng thái quốc gia không cho phép.",
        "'{name}' has status {after} and comes after '{ref}' with status {before}, which the national statuses do not allow.",
    ),
    "clockRefused": (
        "motcua:clock=“{text}” của “{name}” không có; dùng run, pause, restart hoặc stop-late.",
        "There is no motcua:clock '{text}' ('{name}'); use run, pause, restart or stop-late.",
    ),
    "missedCycleRefused": (
        "motcua:missedCycle=“{text}” không có; dùng once, all hoặc skip.",
        "There is no motcua:missedCycle '{text}'; use once, all or skip.",
    ),
    "linkUnmatched": (
        "Sự kiện liên kết “{name}” không có đúng một sự kiện đối ứng cùng tên “{ref}”.",
        "Link event '{name}' has not exactly one partner named '{ref}' in the same process.",
    ),
    "linkFlow": (
        "Sự kiện liên kết “{name}” có luồng ở phía của liên kết: nơi phát không có luồng ra, nơi nhận không có luồng vào.",
        "Link event '{name}' has a flow on the side of its link: a throwing one has none out, a catching one none in.",
    ),
    "alwaysInterrupts": (
        'Sự kiện {what} “{name}” luôn ngắt hoạt động; không dùng được cancelActivity/isInterrupting="false".',
        "The {what} event '{name}' always interrupts; cancelActivity or isInterrupting cannot be \"false\".",
    ),
    "codeMissing": (
        "“{name}” ném {what} không có mã ({attribute}), nên không nơi nào nhận ra được.",
        "'{name}' throws an {what} without {attribute}, by which it would be recognised.",
    ),
    "cancelOutside": (
        "Sự kiện hủy “{name}” chỉ dùng được trong giao dịch (transaction): kết thúc ở bên trong, hoặc trên biên của nó.",
        "Cancel event '{name}' is of transactions only: an end event inside of one, or an event on its border.",
    ),
    "compensationFlow": (
        "“{name}” thuộc phần bù trừ nên không có luồng tuần tự; nối bằng liên kết (association).",
        "'{name}' is part of a compensation and has no sequence flows; an association leads to the handler.",
    ),
    "compensationHandler": (
        'Sự kiện bù trừ “{name}” phải được nối (association) với đúng một hoạt động có isForCompensation="true" ở cùng cấp.',
        "Compensation event '{name}' needs an association to exactly one activity beside it that is isForCompensation.",
    ),
    "compensationOutOfReach": (
        "“{name}” bù trừ “{ref}”, nhưng hoạt động đó không ở cùng cấp.",
        "'{name}' compensates '{ref}', which does not stand on its level.",
    ),
    "eventNotAlone": (
        "Sự kiện “{what}” của “{name}” không đi cùng sự kiện khác được.",
        "The '{what}' event of '{name}' cannot be one of several.",
    ),
    "conditionalStart": (
        "Sự kiện bắt đầu có điều kiện “{name}” không chạy được: trước khi bắt đầu chưa có biến nào để xét.",
        "The conditional start event '{name}' cannot work: before the start there are no variables to look at.",
    ),
    "eventConditionMissing": (
        "Sự kiện có điều kiện “{name}” không có điều kiện.",
        "The conditional event '{name}' has no condition.",
    ),
    "eventConditionRefused": (
        "Điều kiện của sự kiện “{name}” không hợp lệ: {reason} [{text}]",
        "The condition of event '{name}' is refused: {reason} [{text}]",
    ),
    # gateways
    "parallelGatewayBegins": (
        'Cổng sự kiện song song “{name}” chỉ dùng được để bắt đầu phiên mới (instantiate="true").',
        "The parallel event gateway '{name}' can only begin an instance (instantiate=\"true\").",
    ),
    "eventGatewayBranch": (
        "Sau cổng sự kiện “{name}” chỉ được là sự kiện bắt hoặc tác vụ nhận, mỗi cái đúng một luồng vào; “{ref}” thì không.",
        "Behind event gateway '{name}' stand catching events and receive tasks only, each with one flow in; '{ref}' is not one.",
    ),
    "eventGatewayMixed": (
        "Sau cổng sự kiện “{name}” có cả sự kiện thông điệp lẫn tác vụ nhận; chuẩn BPMN chỉ cho dùng một trong hai cách.",
        "Behind event gateway '{name}' stand message events and receive tasks; BPMN allows one of the two ways only.",
    ),
    "eventGatewayAlone": (
        "Cổng sự kiện “{name}” phải có ít nhất hai nhánh ra.",
        "Event gateway '{name}' needs at least two outgoing flows.",
    ),
    # activities
    "scriptRefused": (
        "Kịch bản của “{name}” không hợp lệ: {reason}",
        "The script of '{name}' is refused: {reason}",
    ),
    "scriptMissing": ("Tác vụ kịch bản “{name}” không có nội dung.", "Script task '{name}' has no script."),
    "topicMissing": (
        "Tác vụ dịch vụ “{name}” không nói ai làm: thiếu motcua:topic hoặc motcua:connector.",
        "Service task '{name}' does not say whose work it is; give it a motcua:topic or a motcua:connector.",
    ),
    "topicReserved": (
        "Chủ đề của tác vụ dịch vụ “{name}” không được bắt đầu bằng “{text}”; muốn gọi một kết nối, dùng motcua:connector.",
        "The topic of service task '{name}' must not begin with '{text}'; to call a connector, use motcua:connector.",
    ),
    "connectorRefused": (
        "motcua:connector của “{name}” phải có dạng kết_nối.thao_tác (chữ ASCII, số, _, -), không phải “{text}”; địa chỉ không ghi ở đây.",
        "motcua:connector of '{name}' must be connector.operation (ASCII letters, digits, _, -), not '{text}'; no addresses here.",
    ),
    "connectorAndTopic": (
        "Tác vụ dịch vụ “{name}” vừa có motcua:connector vừa có topic hoặc operationRef; hãy giữ một.",
        "Service task '{name}' has a motcua:connector and a topic or operationRef as well; keep one.",
    ),
    "paperFormRefused": (
        "motcua:paper của “{name}” phải là tên mẫu giấy (chữ thường ASCII, số, _; ví dụ mau_01), không phải “{text}”.",
        "motcua:paper of '{name}' must be the name of a form (lower-case ASCII, digits, _; as mau_01), not '{text}'.",
    ),
    "paperAndTopic": (
        "Tác vụ dịch vụ “{name}” vừa có motcua:paper vừa có topic, connector hoặc operationRef; hãy giữ một.",
        "Service task '{name}' has a motcua:paper and a topic, connector or operationRef as well; keep one.",
    ),
    "topicRefused": (
        "Chủ đề (topic) của tác vụ dịch vụ “{name}” phải có 1 đến {most} ký tự in được; hãy rút ngắn, bỏ ký tự điều khiển hoặc ký tự ẩn.",
        "The topic of service task '{name}' must have 1 to {most} printable characters; shorten it, remove what is not seen.",
    ),
    "beginsInTheMiddle": (
        "“{name}” bắt đầu phiên mới (instantiate) nên không được có luồng vào.",
        "'{name}' begins an instance (instantiate), so no flow may lead to it.",
    ),
    "completionMissing": (
        "Quy trình con tùy biến “{name}” không có điều kiện hoàn thành (completionCondition), nên không biết khi nào xong.",
        "Ad-hoc sub-process '{name}' has no completionCondition, so it could never tell when it is enough.",
    ),
    "dataRefused": (
        "Biểu thức trong liên kết dữ liệu của “{name}” không hợp lệ: {reason} [{text}]",
        "An expression in a data association of '{name}' is refused: {reason} [{text}]",
    ),
    "callMissing": (
        "Hoạt động gọi “{name}” gọi quy trình “{ref}” chưa được ban hành và không có trong lần này.",
        "Call activity '{name}' calls '{ref}', which is neither deployed nor part of this deployment.",
    ),
    "callItself": (
        "Hoạt động gọi “{name}” dẫn vòng trở lại chính quy trình của nó ({ref}).",
        "Call activity '{name}' leads back to its own process ({ref}).",
    ),
    "calledVersionRefused": (
        "motcua:calledVersion=“{text}” không có; dùng atStart hoặc deployment.",
        "There is no motcua:calledVersion '{text}'; use atStart or deployment.",
    ),
    "phaseRefused": (
        "motcua:phase=“{text}” không có; dùng intake, appraisal, approval, return.",
        "There is no motcua:phase '{text}'; use intake, appraisal, approval, return.",
    ),
    "loopRefused": (
        "Vòng lặp của “{name}” không hợp lệ: {reason}",
        "The loop of '{name}' is refused: {reason}",
    ),
    "keyRefused": (
        "motcua:correlationKey của “{name}” không hợp lệ: {reason} [{text}]",
        "The motcua:correlationKey of '{name}' is refused: {reason} [{text}]",
    ),
    "feeRefused": (
        "motcua:fee của “{name}” không hợp lệ: {reason} [{text}]",
        "The motcua:fee of '{name}' is refused: {reason} [{text}]",
    ),
    "formMissing": (
        "“{name}” dùng biểu mẫu “{ref}” không có trong lần ban hành (forms/{ref}.json).",
        "'{name}' uses the form '{ref}', which is not part of the deployment (forms/{ref}.json).",
    ),
    "formNotHere": (
        "“{name}” không phải tác vụ người dùng hay sự kiện bắt đầu thường nên không dùng được biểu mẫu.",
        "'{name}' is neither a user task nor a plain start event, so it can have no form.",
    ),
    "adHocContent": (
        "Quy trình con tùy biến “{name}” không được chứa sự kiện bắt đầu hay kết thúc (“{ref}”).",
        "Ad-hoc sub-process '{name}' may have no start or end event ('{ref}').",
    ),
    "adHocEmpty": (
        "Quy trình con tùy biến “{name}” không có hoạt động nào.",
        "Ad-hoc sub-process '{name}' has no activity.",
    ),
    # files beside the diagram
    "fourEyesRefused": (
        "Nguyên tắc bốn mắt của “{name}” nêu “{ref}”, không phải tác vụ người dùng khác trong cùng quy trình.",
        "The four eyes of '{name}' name '{ref}', which is no other user task of the same process.",
    ),
    "fileNotUsed": (
        "Loại tệp “{file}” chưa dùng được ở đây; chỉ nhận .bpmn, .json, .toml hoặc một .zip.",
        "'{file}' can be none of what is used here: .bpmn, .json, .toml, or one .zip.",
    ),
    "formRefused": (
        "Biểu mẫu không phải JSON Schema hợp lệ: {reason}",
        "The form is no valid JSON Schema: {reason}",
    ),
    "formUnused": (
        "Không sơ đồ nào trong lần ban hành dùng biểu mẫu này.",
        "No diagram of the deployment uses this form.",
    ),
    "procedureRefused": (
        "Thông tin thủ tục, mục {place}: {reason}.",
        "What is said of the procedure, at {place}: {reason}.",
    ),
    "tableRefused": (
        "Bảng dữ liệu, mục {place}: {reason}.",
        "The data table, at {place}: {reason}.",
    ),
    "tomlRefused": ("Tệp TOML sai cú pháp: {reason}", "The TOML file is not well-formed: {reason}"),
    # warnings
    "unreachable": (
        "Không có đường nào dẫn tới “{name}”.",
        "No path leads to '{name}'.",
    ),
    "foreignAttribute": (
        "Thuộc tính {attribute} của hãng khác được giữ nguyên nhưng không có tác dụng.",
        "The other vendor's attribute {attribute} is kept but has no effect.",
    ),
    "notExecutableProcess": (
        'Quy trình “{id}” có isExecutable="false" nên chỉ được giữ lại, không chạy.',
        "Process '{id}' says isExecutable=\"false\": it is kept but never run.",
    ),
    "storeNotUsed": (
        "Kho dữ liệu “{name}” chỉ được giữ lại để xem: không có gì được đọc hay ghi vào đó.",
        "The data store '{name}' is only kept to be seen: nothing is read from it or written to it.",
    ),
    "noTargetNamespace": (
        "Tệp thiếu targetNamespace mà lược đồ BPMN 2.0 đòi hỏi; vẫn chạy, nhưng công cụ vẽ khác có thể từ chối tệp.",
        "The file has no targetNamespace, which the BPMN 2.0 schema asks for; it runs, but other tools may refuse it.",
    ),
    "drawnNothing": (
        "Hình vẽ {what} “{name}” vẽ “{ref}”, nhưng trong tệp không có phần tử đó.",
        "The drawing ({what} '{name}') shows '{ref}', which the file does not have.",
    ),
    "listedFlow": (
        "“{name}” ghi “{ref}” là {side}, nhưng luồng đó không nối với nó; chỉ sourceRef và targetRef của luồng có giá trị.",
        "'{name}' lists '{ref}' as {side}, but no such flow is joined to it; a flow's own sourceRef and targetRef count.",
    ),
    "twoLanes": (
        "“{name}” nằm trong hai làn “{one}” và “{other}”; làn đầu được dùng.",
        "'{name}' stands in two lanes, '{one}' and '{other}'; the first one counts.",
    ),
    "sameFlowTwice": (
        "Có hai luồng không điều kiện từ “{name}” tới “{ref}”: mọi bước sau đó sẽ chạy hai lần.",
        "Two flows without condition lead from '{name}' to '{ref}': what follows runs twice.",
    ),
    "defaultWithCondition": (
        "Luồng mặc định “{id}” của “{name}” có điều kiện; điều kiện đó bị bỏ qua.",
        "The default flow '{id}' of '{name}' has a condition, which is ignored.",
    ),
    "onlyFlowConditional": (
        "Luồng “{id}” là luồng ra duy nhất của “{name}” mà lại có điều kiện; khi điều kiện sai, hồ sơ dừng lại ở đó.",
        "Flow '{id}' is the only one out of '{name}' and has a condition; where it does not hold, the instance stops there.",
    ),
    "eventWithoutFlow": (
        "Sự kiện “{name}” không có luồng ra: sau nó không có gì xảy ra.",
        "No flow leaves event '{name}': nothing happens after it.",
    ),
    "gatewayDirectionWrong": (
        "Cổng “{name}” ghi gatewayDirection={direction}, trái với các luồng của nó.",
        "Gateway '{name}' says gatewayDirection={direction}, which its flows contradict.",
    ),
    "statusWithoutPaper": (
        "“{name}” có trạng thái {after}, mà từ “{ref}” tới đó có đường không ký giấy tờ nào.",
        "'{name}' has status {after}, and a way leads there from '{ref}' on which no paper is signed.",
    ),
    "gatewayWithoutUse": (
        "Cổng “{name}” không rẽ nhánh cũng không gộp nhánh.",
        "Gateway '{name}' neither splits nor joins.",
    ),
    "racingWrites": (
        "“{name}” và “{other}” nằm trên hai nhánh song song từ “{split}” và cùng ghi biến “{variable}”: nhánh nào xong sau thì thắng.",
        "'{name}' and '{other}' stand on parallel branches of '{split}' and both write '{variable}': whichever is later wins.",
    ),
    "racingReads": (
        "“{name}” đọc biến “{variable}” mà “{other}” trên nhánh song song (từ “{split}”) ghi: đọc được gì tùy nhánh nào xong trước.",
        "'{name}' reads '{variable}', which '{other}' on a parallel branch of '{split}' writes: what it finds depends on who is first.",
    ),
    "racingInstances": (
        "Mọi lần chạy song song của “{split}” cùng ghi biến “{variable}” (tại “{name}”) đã có bên ngoài (“{other}”): lần xong sau thắng.",
        "All parallel instances of '{split}' write '{variable}' (in '{name}'), which '{other}' outside writes too: the last one wins.",
    ),
    "mergedTwice": (
        "Các nhánh song song từ “{split}” gặp nhau tại “{name}” mà không qua cổng song song: từ đó trở đi mọi bước chạy nhiều lần.",
        "Parallel branches of '{split}' come together at '{name}' without a parallel join: everything from there runs more than once.",
    ),
    "joinNeverFires": (
        "Cổng song song “{name}” chờ các nhánh từ “{split}”, mà ở đó chỉ một nhánh được chọn: hồ sơ sẽ chờ mãi.",
        "Parallel join '{name}' waits for branches of '{split}', of which only one is taken: it waits forever.",
    ),
    "inclusiveJoinsWait": (
        "Hai cổng gộp “{name}” và “{other}” nằm trước nhau theo vòng nên có thể chờ lẫn nhau mãi.",
        "The inclusive joins '{name}' and '{other}' stand upstream of each other and can wait for one another forever.",
    ),
    "foreignLanguage": (
        "Nội dung của “{name}” ghi là ngôn ngữ {language}, nhưng được đọc theo ngôn ngữ của hệ thống này.",
        "The text of '{name}' says that it is {language}; it is read as the language of this engine.",
    ),
}
