<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en_US">
<context>
    <name>vitral::AttributionPanel</name>
    <message numerus="yes">
        <source>The %Ln parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.</source>
        <translation>
            <numerusform>The %Ln part sums to %1; the model computed %2 (%3). Left over by rounding: %4.</numerusform>
            <numerusform>The %Ln parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ChatPanel</name>
    <message numerus="yes">
        <source>%Ln message(s) are no longer read by the model.</source>
        <translation>
            <numerusform>%Ln message is no longer read by the model.</numerusform>
            <numerusform>%Ln messages are no longer read by the model.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CompareWindow</name>
    <message numerus="yes">
        <source>The first %Ln tokens are the same.</source>
        <translation>
            <numerusform>The first %Ln token is the same.</numerusform>
            <numerusform>The first %Ln tokens are the same.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln change(s) in the model</source>
        <translation>
            <numerusform>%Ln change in the model</numerusform>
            <numerusform>%Ln changes in the model</numerusform>
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
        <source>%Ln branches</source>
        <translation>
            <numerusform>%Ln branch</numerusform>
            <numerusform>%Ln branches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, level %2 of %3, %Ln answers or edits below: %4</source>
        <translation>
            <numerusform>%1, level %2 of %3, %Ln answer or edit below: %4</numerusform>
            <numerusform>%1, level %2 of %3, %Ln answers or edits below: %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CutView</name>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseSettingsPanel</name>
    <message numerus="yes">
        <source>The run: %Ln evaluation(s) of the network,</source>
        <translation>
            <numerusform>The run: %Ln evaluation of the network,</numerusform>
            <numerusform>The run: %Ln evaluations of the network,</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseWords</name>
    <message numerus="yes">
        <source>%Ln step(s)</source>
        <translation>
            <numerusform>%Ln step</numerusform>
            <numerusform>%Ln steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::DiskPage</name>
    <message numerus="yes">
        <source>%Ln models found</source>
        <translation>
            <numerusform>%Ln model found</numerusform>
            <numerusform>%Ln models found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::HubPage</name>
    <message numerus="yes">
        <source>%Ln files without a size or checksum are left out</source>
        <translation>
            <numerusform>%Ln file without a size or checksum is left out</numerusform>
            <numerusform>%Ln files without a size or checksum are left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::InterventionWords</name>
    <message numerus="yes">
        <source>%Ln column(s)</source>
        <translation>
            <numerusform>%Ln column</numerusform>
            <numerusform>%Ln columns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Model edited: %Ln change(s)</source>
        <translation>
            <numerusform>Model edited: %Ln change</numerusform>
            <numerusform>Model edited: %Ln changes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::InterventionsView</name>
    <message numerus="yes">
        <source>%Ln change(s) on</source>
        <translation>
            <numerusform>%Ln change on</numerusform>
            <numerusform>%Ln changes on</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LessonPanel</name>
    <message numerus="yes">
        <source>%Ln question(s) have no answer yet. Finish once more ends the lesson without.</source>
        <translation>
            <numerusform>%Ln question has no answer yet. Finish once more ends the lesson without.</numerusform>
            <numerusform>%Ln questions have no answer yet. Finish once more ends the lesson without.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LessonRoom</name>
    <message numerus="yes">
        <source>%Ln more lesson(s) for other ways of working: choose one above.</source>
        <translation>
            <numerusform>%Ln more lesson for other ways of working: choose one above.</numerusform>
            <numerusform>%Ln more lessons for other ways of working: choose one above.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln mistake(s) in this course; the first: %1</source>
        <translation>
            <numerusform>%Ln mistake in this course; the first: %1</numerusform>
            <numerusform>%Ln mistakes in this course; the first: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s)</source>
        <translation>
            <numerusform>%Ln minute</numerusform>
            <numerusform>%Ln minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::MessageToolBar</name>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ModelPicker</name>
    <message numerus="yes">
        <source>%Ln models found</source>
        <translation>
            <numerusform>%Ln model found</numerusform>
            <numerusform>%Ln models found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::ModelView</name>
    <message numerus="yes">
        <source>%Ln operation(s)</source>
        <translation>
            <numerusform>%Ln operation</numerusform>
            <numerusform>%Ln operations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::SamplerStagesView</name>
    <message numerus="yes">
        <source>%Ln candidates left</source>
        <translation>
            <numerusform>%Ln candidate left</numerusform>
            <numerusform>%Ln candidates left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln left</source>
        <translation>
            <numerusform>%Ln left</numerusform>
            <numerusform>%Ln left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::VectorBars</name>
    <message numerus="yes">
        <source>%Ln number(s), one bar each</source>
        <translation>
            <numerusform>%Ln number, a bar of its own</numerusform>
            <numerusform>%Ln numbers, one bar each</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln number(s); each bar is the one farthest from 0 of %1</source>
        <translation>
            <numerusform>%Ln number; each bar is the one farthest from 0 of %1</numerusform>
            <numerusform>%Ln numbers; each bar is the one farthest from 0 of %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::VocabularyModel</name>
    <message numerus="yes">
        <source>Token %1, spelled %2 in the vocabulary, %Ln byte(s).</source>
        <translation>
            <numerusform>Token %1, spelled %2 in the vocabulary, %Ln byte.</numerusform>
            <numerusform>Token %1, spelled %2 in the vocabulary, %Ln bytes.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::WordsPage</name>
    <message numerus="yes">
        <source>Mean of %Ln step(s)</source>
        <translation>
            <numerusform>Mean of %Ln step</numerusform>
            <numerusform>Mean of %Ln steps</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %Ln block(s), brought to the finest one&apos;s size</source>
        <translation>
            <numerusform>mean of %Ln block</numerusform>
            <numerusform>mean of %Ln blocks, brought to the finest one&apos;s size</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %Ln head(s)</source>
        <translation>
            <numerusform>mean of %Ln head</numerusform>
            <numerusform>mean of %Ln heads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::WorkshopView</name>
    <message numerus="yes">
        <source>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %Ln time(s); none stood there more often.</source>
        <translation>
            <numerusform>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %Ln time; none stood there more often.</numerusform>
            <numerusform>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %Ln times; none stood there more often.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) could not be read as text and were left out.</source>
        <translation>
            <numerusform>%Ln file could not be read as text and was left out.</numerusform>
            <numerusform>%Ln files could not be read as text and were left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) occur equally often at the top. The one whose left piece, then right piece, was learned first (has the smaller id) is merged next, as in the tokenizers package.</source>
        <translation>
            <numerusform>%Ln pair occurs most often. It is merged next.</numerusform>
            <numerusform>%Ln pairs occur equally often at the top. The one whose left piece, then right piece, was learned first (has the smaller id) is merged next, as in the tokenizers package.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PathView</name>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln symbol(s) to begin with</source>
        <translation>
            <numerusform>%Ln symbol to begin with</numerusform>
            <numerusform>%Ln symbols to begin with</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PromptCanvas</name>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LatticePicture</name>
    <message numerus="yes">
        <source>%Ln shorter piece(s) more, not drawn.</source>
        <translation>
            <numerusform>%Ln shorter piece more, not drawn.</numerusform>
            <numerusform>%Ln shorter pieces more, not drawn.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::NetworkCanvas</name>
    <message numerus="yes">
        <source>%Ln operation(s)</source>
        <translation>
            <numerusform>%Ln operation</numerusform>
            <numerusform>%Ln operations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PollView</name>
    <message numerus="yes">
        <source>%Ln hand(s)</source>
        <translation>
            <numerusform>%Ln hand</numerusform>
            <numerusform>%Ln hands</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::app::Shell</name>
    <message numerus="yes">
        <source>%Ln token(s) written</source>
        <translation>
            <numerusform>%Ln token written</numerusform>
            <numerusform>%Ln tokens written</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PaintPage</name>
    <message numerus="yes">
        <source>%Ln channel(s)</source>
        <translation>
            <numerusform>%Ln channel</numerusform>
            <numerusform>%Ln channels</numerusform>
        </translation>
    </message>
</context>
</TS>
