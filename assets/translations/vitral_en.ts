<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en_US">
<context>
    <name>vitral::AttributionPanel</name>
    <message numerus="yes">
        <source>The %n parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.</source>
        <translation>
            <numerusform>The %n part sums to %1; the model computed %2 (%3). Left over by rounding: %4.</numerusform>
            <numerusform>The %n parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ChatPanel</name>
    <message numerus="yes">
        <source>%n message(s) are no longer read by the model.</source>
        <translation>
            <numerusform>%n message is no longer read by the model.</numerusform>
            <numerusform>%n messages are no longer read by the model.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CompareWindow</name>
    <message numerus="yes">
        <source>The first %n tokens are the same.</source>
        <translation>
            <numerusform>The first %n token is the same.</numerusform>
            <numerusform>The first %n tokens are the same.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) in the model</source>
        <translation>
            <numerusform>%n change in the model</numerusform>
            <numerusform>%n changes in the model</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DevicePanel</name>
    <message numerus="yes">
        <source>%Ln layer(s) on the processor (%1)</source>
        <translation>
            <numerusform>%Ln layer on the processor (%1)</numerusform>
            <numerusform>%Ln layers on the processor (%1)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s) on %1 (%2)</source>
        <translation>
            <numerusform>%Ln layer on %1 (%2)</numerusform>
            <numerusform>%Ln layers on %1 (%2)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ConversationTreeView</name>
    <message numerus="yes">
        <source>%n branches</source>
        <translation>
            <numerusform>%n branch</numerusform>
            <numerusform>%n branches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, level %2 of %3, %n answers or edits below: %4</source>
        <translation>
            <numerusform>%1, level %2 of %3, %n answer or edit below: %4</numerusform>
            <numerusform>%1, level %2 of %3, %n answers or edits below: %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CutView</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseSettingsPanel</name>
    <message numerus="yes">
        <source>The run: %n evaluation(s) of the network,</source>
        <translation>
            <numerusform>The run: %n evaluation of the network,</numerusform>
            <numerusform>The run: %n evaluations of the network,</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseWords</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DiskPage</name>
    <message numerus="yes">
        <source>%n models found</source>
        <translation>
            <numerusform>%n model found</numerusform>
            <numerusform>%n models found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::HubPage</name>
    <message numerus="yes">
        <source>%n files without a size or checksum are left out</source>
        <translation>
            <numerusform>%n file without a size or checksum is left out</numerusform>
            <numerusform>%n files without a size or checksum are left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::InterventionWords</name>
    <message numerus="yes">
        <source>%n column(s)</source>
        <translation>
            <numerusform>%n column</numerusform>
            <numerusform>%n columns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Model edited: %n change(s)</source>
        <translation>
            <numerusform>Model edited: %n change</numerusform>
            <numerusform>Model edited: %n changes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::InterventionsView</name>
    <message numerus="yes">
        <source>%n change(s) on</source>
        <translation>
            <numerusform>%n change on</numerusform>
            <numerusform>%n changes on</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LessonPanel</name>
    <message numerus="yes">
        <source>%n question(s) have no answer yet. Finish once more ends the lesson without.</source>
        <translation>
            <numerusform>%n question has no answer yet. Finish once more ends the lesson without.</numerusform>
            <numerusform>%n questions have no answer yet. Finish once more ends the lesson without.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LessonRoom</name>
    <message numerus="yes">
        <source>%n more lesson(s) for other ways of working: choose one above.</source>
        <translation>
            <numerusform>%n more lesson for other ways of working: choose one above.</numerusform>
            <numerusform>%n more lessons for other ways of working: choose one above.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n mistake(s) in this course; the first: %1</source>
        <translation>
            <numerusform>%n mistake in this course; the first: %1</numerusform>
            <numerusform>%n mistakes in this course; the first: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::MessageToolBar</name>
    <message numerus="yes">
        <source>%n tokens</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ModelPicker</name>
    <message numerus="yes">
        <source>%n models found</source>
        <translation>
            <numerusform>%n model found</numerusform>
            <numerusform>%n models found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ModelView</name>
    <message numerus="yes">
        <source>%n operation(s)</source>
        <translation>
            <numerusform>%n operation</numerusform>
            <numerusform>%n operations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::SamplerStagesView</name>
    <message numerus="yes">
        <source>%n candidates left</source>
        <translation>
            <numerusform>%n candidate left</numerusform>
            <numerusform>%n candidates left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left</source>
        <translation>
            <numerusform>%n left</numerusform>
            <numerusform>%n left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::VectorBars</name>
    <message numerus="yes">
        <source>%n number(s), one bar each</source>
        <translation>
            <numerusform>%n number, a bar of its own</numerusform>
            <numerusform>%n numbers, one bar each</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n number(s); each bar is the one farthest from 0 of %1</source>
        <translation>
            <numerusform>%n number; each bar is the one farthest from 0 of %1</numerusform>
            <numerusform>%n numbers; each bar is the one farthest from 0 of %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::VocabularyModel</name>
    <message numerus="yes">
        <source>Token %1, spelled %2 in the vocabulary, %n byte(s).</source>
        <translation>
            <numerusform>Token %1, spelled %2 in the vocabulary, %n byte.</numerusform>
            <numerusform>Token %1, spelled %2 in the vocabulary, %n bytes.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::WordsPage</name>
    <message numerus="yes">
        <source>Mean of %n step(s)</source>
        <translation>
            <numerusform>Mean of %n step</numerusform>
            <numerusform>Mean of %n steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %n block(s), brought to the finest one&apos;s size</source>
        <translation>
            <numerusform>mean of %n block</numerusform>
            <numerusform>mean of %n blocks, brought to the finest one&apos;s size</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %n head(s)</source>
        <translation>
            <numerusform>mean of %n head</numerusform>
            <numerusform>mean of %n heads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::WorkshopView</name>
    <message numerus="yes">
        <source>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %n time(s); none stood there more often.</source>
        <translation>
            <numerusform>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %n time; none stood there more often.</numerusform>
            <numerusform>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %n times; none stood there more often.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be read as text and were left out.</source>
        <translation>
            <numerusform>%n file could not be read as text and was left out.</numerusform>
            <numerusform>%n files could not be read as text and were left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s) occur equally often at the top. The one whose left piece, then right piece, was learned first (has the smaller id) is merged next, as in the tokenizers package.</source>
        <translation>
            <numerusform>%n pair occurs most often. It is merged next.</numerusform>
            <numerusform>%n pairs occur equally often at the top. The one whose left piece, then right piece, was learned first (has the smaller id) is merged next, as in the tokenizers package.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PathView</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n symbol(s) to begin with</source>
        <translation>
            <numerusform>%n symbol to begin with</numerusform>
            <numerusform>%n symbols to begin with</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PromptCanvas</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LatticePicture</name>
    <message numerus="yes">
        <source>%n shorter piece(s) more, not drawn.</source>
        <translation>
            <numerusform>%n shorter piece more, not drawn.</numerusform>
            <numerusform>%n shorter pieces more, not drawn.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::NetworkCanvas</name>
    <message numerus="yes">
        <source>%n operation(s)</source>
        <translation>
            <numerusform>%n operation</numerusform>
            <numerusform>%n operations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PollView</name>
    <message numerus="yes">
        <source>%n hand(s)</source>
        <translation>
            <numerusform>%n hand</numerusform>
            <numerusform>%n hands</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::app::Shell</name>
    <message numerus="yes">
        <source>%n token(s) written</source>
        <translation>
            <numerusform>%n token written</numerusform>
            <numerusform>%n tokens written</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PaintPage</name>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n channel</numerusform>
            <numerusform>%n channels</numerusform>
        </translation>
    </message>
</context>
</TS>
