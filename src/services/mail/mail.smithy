$version: "2"

// Mails and short messages: sent by an SMTP relay when the server was given one, else kept for whoever looks.
namespace com.samovar.mail

/// The mailbox of a server without a relay: what it would have sent, the newest thousand.
@service(sdkId: "Samovar Mail", endpointPrefix: "samovar-mail")
@sigv4(name: "samovar-mail")
@awsJson1_0
@rpcv2Cbor
service SamovarMail { version: "2026-11-24" }

/// Keeps a mail or a short message, inside the transaction of its cause.
@internal
operation KeepMail {
    input: Mail
}

/// Sends a mail by the relay, or keeps it when there is none; short messages are kept.
@waits
@internal
operation SendMail {
    input: Mail
    errors: [MailRefused, MailDelayed]
}

/// Lists what is kept, the newest first, without its text.
@readonly
operation ListMail {
    input := {
        /// An address or a telephone number.
        To: String
        /// email, email-json or sms.
        Kind: String
        @range(min: 1, max: 1000) MaxResults: Integer
    }
    output := { Mails: Mails }
}

/// Answers a mail whole.
@readonly
operation GetMail {
    input := { @required Number: Long }
    output := { Mail: Mail }
    errors: [MailNotFound]
}

/// Empties the mailbox.
operation DeleteAllMail {
    input := {}
}

structure Mail {
    Number: Long
    /// email, email-json or sms.
    Kind: String
    Time: Timestamp
    Account: String
    Region: String
    /// A name for people; the address is the server's.
    From: String
    To: String
    Subject: String
    Body: String
    MessageId: String
    /// The ARN of what it comes from.
    SourceArn: String
}
list Mails { member: Mail }

@error("client") @httpError(404)
structure MailNotFound { message: String }
/// By the relay, for good.
@error("client") @httpError(400)
structure MailRefused { message: String }
/// The relay can't be reached, or says that it may take it later.
@error("server") @httpError(503)
structure MailDelayed { message: String }

// ---- stored records ----

/// Which mails there are; their key: (mail, number), each a Mail. Key: (mail).
structure BoxRecord { first: Long, next: Long, bytes: Long }
