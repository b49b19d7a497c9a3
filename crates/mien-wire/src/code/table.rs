//! The table of codes, in the alphabetical order of the wire text. A test holds it against `contract/errors.json`.

use super::{Level, Row};

macro_rules! codes {
    ($($variant:ident $level:ident $text:literal $english:literal $chinese:literal;)+) => {
        /// An error code of the contract. The variant is the wire text without its dots.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $english] $variant,)+
        }

        /// One row for each variant, in the order of the variants.
        pub(crate) static ROWS: &[Row] = &[
            $(Row { code: Code::$variant, text: $text, level: Level::$level, english: $english, chinese: $chinese },)+
        ];
    };
}

codes! {
    ActionOffline Gateway "ActionOffline"
        "This action has been switched off."
        "该接口已停用。";
    AuthFailureInvalidAuthorization Gateway "AuthFailure.InvalidAuthorization"
        "The Authorization header is not a valid TC3-HMAC-SHA256 header."
        "Authorization 头不是有效的 TC3-HMAC-SHA256 格式。";
    AuthFailureInvalidSecretId Gateway "AuthFailure.InvalidSecretId"
        "The SecretId is not the id of an API key."
        "SecretId 不是 API 密钥的标识。";
    AuthFailureMFAFailure Gateway "AuthFailure.MFAFailure"
        "The second authentication factor was not accepted."
        "二次身份验证未通过。";
    AuthFailureSecretIdNotFound Gateway "AuthFailure.SecretIdNotFound"
        "No enabled key has this SecretId."
        "没有与该 SecretId 对应的可用密钥。";
    AuthFailureSignatureExpire Gateway "AuthFailure.SignatureExpire"
        "The request time is too far from the server's clock."
        "请求时间与服务器时间相差过大。";
    AuthFailureSignatureFailure Gateway "AuthFailure.SignatureFailure"
        "The signature does not match this request."
        "签名与请求不符。";
    AuthFailureTokenFailure Gateway "AuthFailure.TokenFailure"
        "The token of the temporary key is missing, wrong or expired."
        "临时密钥的 Token 缺失、错误或已过期。";
    AuthFailureUnauthorizedOperation Gateway "AuthFailure.UnauthorizedOperation"
        "This key is not allowed to call this action."
        "该密钥无权调用此接口。";
    DryRunOperation Gateway "DryRunOperation"
        "The call would have succeeded; nothing was changed."
        "试运行通过，未做任何更改。";
    FailedOperation Gateway "FailedOperation"
        "The operation did not succeed."
        "操作未成功。";
    FailedOperationAcrossVersionsError Business "FailedOperation.AcrossVersionsError"
        "The groups or persons use different face model versions."
        "涉及的人员库或人员的算法模型版本不一致。";
    FailedOperationCompareFail Business "FailedOperation.CompareFail"
        "The comparison could not be computed."
        "无法完成比对。";
    FailedOperationConflictOperation Business "FailedOperation.ConflictOperation"
        "Another operation on this person is still running."
        "该人员的另一项操作尚未结束。";
    FailedOperationCreateFaceConcurrent Business "FailedOperation.CreateFaceConcurrent"
        "Faces of this person are being changed by another call."
        "另一个请求正在修改该人员的人脸。";
    FailedOperationDuplicatedGroupDescription Business "FailedOperation.DuplicatedGroupDescription"
        "The group already has a description field with this name."
        "人员库中已有同名的描述字段。";
    FailedOperationFaceQualityNotQualified Business "FailedOperation.FaceQualityNotQualified"
        "The face does not reach the requested quality."
        "人脸质量未达到所要求的等级。";
    FailedOperationFaceSizeTooSmall Business "FailedOperation.FaceSizeTooSmall"
        "Every face in the image is below the minimum size."
        "图片中的人脸均小于最小尺寸。";
    FailedOperationGroupCannotUpgrade Business "FailedOperation.GroupCannotUpgrade"
        "This group cannot be upgraded."
        "该人员库不能升级。";
    FailedOperationGroupInDeletedState Business "FailedOperation.GroupInDeletedState"
        "The group is being deleted."
        "人员库正在删除中。";
    FailedOperationGroupLostFaces Business "FailedOperation.GroupLostFaces"
        "Face images needed for the upgrade are missing."
        "缺少升级所需的人脸图片。";
    FailedOperationGroupPersonMapExist Business "FailedOperation.GroupPersonMapExist"
        "The person is already in the group."
        "该人员已在人员库中。";
    FailedOperationGroupPersonMapNotExist Business "FailedOperation.GroupPersonMapNotExist"
        "The person is not in the group."
        "该人员不在人员库中。";
    FailedOperationImageDecodeFailed Business "FailedOperation.ImageDecodeFailed"
        "The image cannot be decoded; send a PNG, JPEG or BMP file."
        "图片无法解码，请使用 PNG、JPEG 或 BMP 格式。";
    FailedOperationImageDownloadError Business "FailedOperation.ImageDownloadError"
        "The image could not be downloaded from its URL."
        "无法从 URL 下载图片。";
    FailedOperationImageFacedetectFailed Business "FailedOperation.ImageFacedetectFailed"
        "Face detection did not complete."
        "人脸检测未能完成。";
    FailedOperationImageResolutionExceed Business "FailedOperation.ImageResolutionExceed"
        "The image has too many pixels on its long edge."
        "图片长边的像素过多。";
    FailedOperationImageResolutionTooSmall Business "FailedOperation.ImageResolutionTooSmall"
        "The short edge of the image has too few pixels."
        "图片短边的像素过少。";
    FailedOperationImageSizeExceed Business "FailedOperation.ImageSizeExceed"
        "The image is larger than 5 MB in Base64."
        "图片的 Base64 编码超过 5 MB。";
    FailedOperationJobCannnotRollback Business "FailedOperation.JobCannnotRollback"
        "This upgrade job cannot be rolled back."
        "该升级任务不能回滚。";
    FailedOperationLifePhotoDetectFaces Business "FailedOperation.LifePhotoDetectFaces"
        "The photo shows more than one face."
        "照片中有多张人脸。";
    FailedOperationLifePhotoDetectFake Business "FailedOperation.LifePhotoDetectFake"
        "The photo was not accepted as taken from a real person."
        "照片未通过真人检查。";
    FailedOperationLifePhotoDetectNoFaces Business "FailedOperation.LifePhotoDetectNoFaces"
        "The photo shows no complete face."
        "照片中没有完整的人脸。";
    FailedOperationLifePhotoSizeError Business "FailedOperation.LifePhotoSizeError"
        "The photo is too large or too small."
        "照片过大或过小。";
    FailedOperationRequestLimitExceeded Business "FailedOperation.RequestLimitExceeded"
        "The service is receiving too many requests."
        "服务收到的请求过多。";
    FailedOperationRequestTimeout Business "FailedOperation.RequestTimeout"
        "The operation did not finish in time."
        "操作未能按时完成。";
    FailedOperationRpcFail Business "FailedOperation.RpcFail"
        "An internal call failed."
        "内部调用失败。";
    FailedOperationSearchFacesExceed Business "FailedOperation.SearchFacesExceed"
        "The search covers too many faces."
        "检索的人脸数量过多。";
    FailedOperationServerError Business "FailedOperation.ServerError"
        "The face algorithms failed; please retry."
        "算法服务出错，请重试。";
    FailedOperationUnKnowError Business "FailedOperation.UnKnowError"
        "An unknown internal error occurred."
        "出现未知的内部错误。";
    FailedOperationUpgradeJobIdNotExist Business "FailedOperation.UpgradeJobIdNotExist"
        "There is no upgrade job with this id."
        "没有该编号的升级任务。";
    InternalError Gateway "InternalError"
        "The server failed unexpectedly."
        "服务器出现意外错误。";
    InternalServerError Gateway "InternalServerError"
        "The server failed unexpectedly."
        "服务器出现意外错误。";
    InvalidAction Gateway "InvalidAction"
        "This version of the API has no such action."
        "该版本的 API 没有此接口。";
    InvalidParameter Gateway "InvalidParameter"
        "A parameter has the wrong form or type."
        "参数的格式或类型不正确。";
    InvalidParameterInvalidParameter Business "InvalidParameter.InvalidParameter"
        "A parameter is not acceptable."
        "参数不被接受。";
    InvalidParameterValue Gateway "InvalidParameterValue"
        "A parameter has a value that is not allowed."
        "参数取值不被允许。";
    InvalidParameterValueAccountFaceNumExceed Business "InvalidParameterValue.AccountFaceNumExceed"
        "The account holds its maximum number of faces."
        "账号下的人脸数量已达上限。";
    InvalidParameterValueDeleteFaceNumExceed Business "InvalidParameterValue.DeleteFaceNumExceed"
        "A person must keep at least one face."
        "人员至少要保留一张人脸。";
    InvalidParameterValueFaceMatchThresholdIllegal Business "InvalidParameterValue.FaceMatchThresholdIllegal"
        "FaceMatchThreshold is out of range."
        "FaceMatchThreshold 超出取值范围。";
    InvalidParameterValueFaceModelVersionIllegal Business "InvalidParameterValue.FaceModelVersionIllegal"
        "This FaceModelVersion is not available here."
        "此处不支持该 FaceModelVersion。";
    InvalidParameterValueGroupExDescriptionsExceed Business "InvalidParameterValue.GroupExDescriptionsExceed"
        "A group has at most 5 description fields."
        "人员库最多有 5 个描述字段。";
    InvalidParameterValueGroupExDescriptionsNameIdentical Business "InvalidParameterValue.GroupExDescriptionsNameIdentical"
        "Two description fields of the group have the same name."
        "人员库的描述字段名称重复。";
    InvalidParameterValueGroupExDescriptionsNameIllegal Business "InvalidParameterValue.GroupExDescriptionsNameIllegal"
        "A description field of the group has a forbidden character in its name."
        "人员库描述字段的名称含有不允许的字符。";
    InvalidParameterValueGroupExDescriptionsNameTooLong Business "InvalidParameterValue.GroupExDescriptionsNameTooLong"
        "The name of a group's description field has at most 30 characters."
        "人员库描述字段的名称最长 30 个字符。";
    InvalidParameterValueGroupFaceNumExceed Business "InvalidParameterValue.GroupFaceNumExceed"
        "The group holds its maximum number of faces."
        "人员库的人脸数量已达上限。";
    InvalidParameterValueGroupIdAlreadyExist Business "InvalidParameterValue.GroupIdAlreadyExist"
        "The group id is already taken."
        "人员库 ID 已被使用。";
    InvalidParameterValueGroupIdIllegal Business "InvalidParameterValue.GroupIdIllegal"
        "The group id has a forbidden character; use letters, digits and - % @ # & _."
        "人员库 ID 含有不允许的字符，可用字母、数字和 -%@#&_。";
    InvalidParameterValueGroupIdNotExist Business "InvalidParameterValue.GroupIdNotExist"
        "There is no group with this id."
        "没有该 ID 的人员库。";
    InvalidParameterValueGroupIdNotExists Business "InvalidParameterValue.GroupIdNotExists"
        "There is no group with this id."
        "没有该 ID 的人员库。";
    InvalidParameterValueGroupIdTooLong Business "InvalidParameterValue.GroupIdTooLong"
        "A group id has at most 64 bytes."
        "人员库 ID 最长 64 字节。";
    InvalidParameterValueGroupIdsExceed Business "InvalidParameterValue.GroupIdsExceed"
        "Too many groups in one call."
        "单次请求中的人员库过多。";
    InvalidParameterValueGroupNameAlreadyExist Business "InvalidParameterValue.GroupNameAlreadyExist"
        "The group name is already taken."
        "人员库名称已被使用。";
    InvalidParameterValueGroupNameIllegal Business "InvalidParameterValue.GroupNameIllegal"
        "The group name has a forbidden character."
        "人员库名称含有不允许的字符。";
    InvalidParameterValueGroupNameTooLong Business "InvalidParameterValue.GroupNameTooLong"
        "A group name has at most 60 characters."
        "人员库名称最长 60 个字符。";
    InvalidParameterValueGroupNumExceed Business "InvalidParameterValue.GroupNumExceed"
        "The account holds its maximum number of groups."
        "账号下的人员库数量已达上限。";
    InvalidParameterValueGroupNumPerPersonExceed Business "InvalidParameterValue.GroupNumPerPersonExceed"
        "A person may be in at most 100 groups."
        "一个人员最多加入 100 个人员库。";
    InvalidParameterValueGroupTagIllegal Business "InvalidParameterValue.GroupTagIllegal"
        "The group tag has a forbidden character."
        "人员库标签含有不允许的字符。";
    InvalidParameterValueGroupTagTooLong Business "InvalidParameterValue.GroupTagTooLong"
        "A group tag has at most 40 characters."
        "人员库标签最长 40 个字符。";
    InvalidParameterValueImageEmpty Business "InvalidParameterValue.ImageEmpty"
        "No image was given."
        "没有提供图片。";
    InvalidParameterValueImageEmptyError Business "InvalidParameterValue.ImageEmptyError"
        "No image was given."
        "没有提供图片。";
    InvalidParameterValueLimitExceed Business "InvalidParameterValue.LimitExceed"
        "Limit is out of range."
        "Limit 超出取值范围。";
    InvalidParameterValueNoFaceInGroups Business "InvalidParameterValue.NoFaceInGroups"
        "The groups hold no face to compare with."
        "人员库中没有可比对的人脸。";
    InvalidParameterValueNoFaceInPhoto Business "InvalidParameterValue.NoFaceInPhoto"
        "No face was found in the image."
        "图片中未发现人脸。";
    InvalidParameterValueOffsetExceed Business "InvalidParameterValue.OffsetExceed"
        "Offset is past the end of the list."
        "Offset 超出列表末尾。";
    InvalidParameterValuePersonExDescriptionInfosExceed Business "InvalidParameterValue.PersonExDescriptionInfosExceed"
        "There are more person descriptions than the group has description fields."
        "人员描述的数量超过人员库的描述字段。";
    InvalidParameterValuePersonExDescriptionsNameIdentical Business "InvalidParameterValue.PersonExDescriptionsNameIdentical"
        "The same description field of the person is set twice."
        "同一个人员描述字段被重复设置。";
    InvalidParameterValuePersonExDescriptionsNameIllegal Business "InvalidParameterValue.PersonExDescriptionsNameIllegal"
        "A description of the person has a forbidden character."
        "人员描述含有不允许的字符。";
    InvalidParameterValuePersonExDescriptionsNameTooLong Business "InvalidParameterValue.PersonExDescriptionsNameTooLong"
        "A description of a person has at most 60 characters."
        "人员描述最长 60 个字符。";
    InvalidParameterValuePersonExistInGroup Business "InvalidParameterValue.PersonExistInGroup"
        "The person is already in the group."
        "该人员已在人员库中。";
    InvalidParameterValuePersonFaceNumExceed Business "InvalidParameterValue.PersonFaceNumExceed"
        "A person has at most 5 faces."
        "一个人员最多有 5 张人脸。";
    InvalidParameterValuePersonGenderIllegal Business "InvalidParameterValue.PersonGenderIllegal"
        "Gender must be 0, 1 or 2."
        "Gender 只能是 0、1 或 2。";
    InvalidParameterValuePersonIdAlreadyExist Business "InvalidParameterValue.PersonIdAlreadyExist"
        "The person id is already taken."
        "人员 ID 已被使用。";
    InvalidParameterValuePersonIdIllegal Business "InvalidParameterValue.PersonIdIllegal"
        "The person id has a forbidden character; use letters, digits and - % @ # & _."
        "人员 ID 含有不允许的字符，可用字母、数字和 -%@#&_。";
    InvalidParameterValuePersonIdNotExist Business "InvalidParameterValue.PersonIdNotExist"
        "There is no person with this id."
        "没有该 ID 的人员。";
    InvalidParameterValuePersonIdTooLong Business "InvalidParameterValue.PersonIdTooLong"
        "A person id has at most 64 bytes."
        "人员 ID 最长 64 字节。";
    InvalidParameterValuePersonNameIllegal Business "InvalidParameterValue.PersonNameIllegal"
        "The person name has a forbidden character."
        "人员名称含有不允许的字符。";
    InvalidParameterValuePersonNameTooLong Business "InvalidParameterValue.PersonNameTooLong"
        "A person name has at most 60 characters."
        "人员名称最长 60 个字符。";
    InvalidParameterValueQualityControlIllegal Business "InvalidParameterValue.QualityControlIllegal"
        "QualityControl must be 0, 1, 2, 3 or 4."
        "QualityControl 只能是 0 到 4。";
    InvalidParameterValueSearchPersonsExceed Business "InvalidParameterValue.SearchPersonsExceed"
        "The search asks for too many persons."
        "检索返回的人员数量过多。";
    InvalidParameterValueUniquePersonControlIllegal Business "InvalidParameterValue.UniquePersonControlIllegal"
        "UniquePersonControl must be 0, 1, 2, 3 or 4."
        "UniquePersonControl 只能是 0 到 4。";
    InvalidParameterValueUnsupportedGroupFaceModelVersion Business "InvalidParameterValue.UnsupportedGroupFaceModelVersion"
        "The face model version of the group is too old for this action."
        "人员库的算法模型版本过低，不支持此接口。";
    InvalidParameterValueUploadFaceNumExceed Business "InvalidParameterValue.UploadFaceNumExceed"
        "One call takes at most 4 images."
        "单次请求最多 4 张图片。";
    InvalidParameterValueUrlIllegal Business "InvalidParameterValue.UrlIllegal"
        "The URL is not an absolute http or https URL."
        "URL 不是完整的 http 或 https 地址。";
    InvalidRequest Gateway "InvalidRequest"
        "The request is malformed."
        "请求格式有误。";
    IpInBlacklist Gateway "IpInBlacklist"
        "The caller's address is blocked."
        "调用方地址已被封禁。";
    IpNotInWhitelist Gateway "IpNotInWhitelist"
        "The caller's address is not on the allow list."
        "调用方地址不在允许名单中。";
    LimitExceeded Gateway "LimitExceeded"
        "A quota is used up."
        "配额已用尽。";
    LimitExceededErrorFaceNumExceed Business "LimitExceeded.ErrorFaceNumExceed"
        "Too many faces were asked for."
        "请求的人脸数量过多。";
    MissingParameter Gateway "MissingParameter"
        "A required parameter is missing."
        "缺少必要的参数。";
    MissingParameterErrorParameterEmpty Business "MissingParameter.ErrorParameterEmpty"
        "A required parameter has no content."
        "必要的参数没有内容。";
    NoSuchProduct Gateway "NoSuchProduct"
        "There is no such product."
        "没有该产品。";
    NoSuchVersion Gateway "NoSuchVersion"
        "There is no such API version; use 2020-03-03 or 2018-03-01."
        "没有该 API 版本，请使用 2020-03-03 或 2018-03-01。";
    RequestLimitExceeded Gateway "RequestLimitExceeded"
        "Too many requests; slow down and retry."
        "请求过于频繁，请稍后重试。";
    RequestLimitExceededGlobalRegionUinLimitExceeded Gateway "RequestLimitExceeded.GlobalRegionUinLimitExceeded"
        "The account sends too many requests over all regions."
        "账号在所有地域的请求过于频繁。";
    RequestLimitExceededIPLimitExceeded Gateway "RequestLimitExceeded.IPLimitExceeded"
        "This address sends too many requests."
        "该地址的请求过于频繁。";
    RequestLimitExceededUinLimitExceeded Gateway "RequestLimitExceeded.UinLimitExceeded"
        "This account sends too many requests."
        "该账号的请求过于频繁。";
    RequestSizeLimitExceeded Gateway "RequestSizeLimitExceeded"
        "The request is too large."
        "请求过大。";
    ResourceInUse Gateway "ResourceInUse"
        "The resource is in use."
        "资源正在使用中。";
    ResourceInsufficient Gateway "ResourceInsufficient"
        "There are not enough resources."
        "资源不足。";
    ResourceNotFound Gateway "ResourceNotFound"
        "There is no such resource."
        "没有该资源。";
    ResourceNotFoundErrorPersonNotExisted Business "ResourceNotFound.ErrorPersonNotExisted"
        "There is no such person."
        "该人员不存在。";
    ResourceUnavailable Gateway "ResourceUnavailable"
        "The resource is not available."
        "资源不可用。";
    ResourceUnavailableChargeStatusException Business "ResourceUnavailable.ChargeStatusException"
        "The billing state of the account is not in order."
        "账号的计费状态不正常。";
    ResourceUnavailableDelivering Business "ResourceUnavailable.Delivering"
        "The service is still being set up."
        "服务正在开通中。";
    ResourceUnavailableFreeze Business "ResourceUnavailable.Freeze"
        "This account is on hold."
        "账号处于冻结状态。";
    ResourceUnavailableGetAuthInfoError Business "ResourceUnavailable.GetAuthInfoError"
        "The account information could not be read."
        "无法读取账号信息。";
    ResourceUnavailableInArrears Business "ResourceUnavailable.InArrears"
        "The account has unpaid bills."
        "账号有未付账单。";
    ResourceUnavailableLowBalance Business "ResourceUnavailable.LowBalance"
        "The balance of the account is too low."
        "账号余额过低。";
    ResourceUnavailableNotExist Business "ResourceUnavailable.NotExist"
        "The service is not activated for this account."
        "该账号没有启用服务。";
    ResourceUnavailableNotReady Business "ResourceUnavailable.NotReady"
        "The service is not ready for this account."
        "该账号的服务尚未就绪。";
    ResourceUnavailableRecover Business "ResourceUnavailable.Recover"
        "The resource has been taken back."
        "资源已收回。";
    ResourceUnavailableStopUsing Business "ResourceUnavailable.StopUsing"
        "The service has been stopped for this account."
        "该账号的服务已停止。";
    ResourceUnavailableUnknownStatus Business "ResourceUnavailable.UnknownStatus"
        "The billing state of the account is unknown."
        "账号的计费状态未知。";
    ResourcesSoldOutChargeStatusException Business "ResourcesSoldOut.ChargeStatusException"
        "The billing state of the account does not allow the call."
        "账号的计费状态不允许此调用。";
    ResponseSizeLimitExceeded Gateway "ResponseSizeLimitExceeded"
        "The answer would be too large."
        "应答内容过大。";
    ServiceUnavailable Gateway "ServiceUnavailable"
        "The service is not available at the moment; please retry."
        "服务暂不可用，请稍后重试。";
    UnauthorizedOperation Gateway "UnauthorizedOperation"
        "The operation is not allowed."
        "不允许执行此操作。";
    UnknownParameter Gateway "UnknownParameter"
        "The action does not define this parameter."
        "该接口没有定义此参数。";
    UnsupportedOperation Gateway "UnsupportedOperation"
        "The operation is not supported."
        "不支持此操作。";
    UnsupportedOperationUnknowMethod Business "UnsupportedOperation.UnknowMethod"
        "The method is unknown."
        "未知的方法。";
    UnsupportedProtocol Gateway "UnsupportedProtocol"
        "Only GET and POST requests are served."
        "只接受 GET 和 POST 请求。";
    UnsupportedRegion Gateway "UnsupportedRegion"
        "The action does not serve this region."
        "此接口不支持该地域。";
}
